package datenkontor.peers;

import java.util.List;
import java.util.Map;
import org.eclipse.edc.identityhub.spi.participantcontext.ParticipantContextService;
import org.eclipse.edc.identityhub.spi.participantcontext.model.KeyDescriptor;
import org.eclipse.edc.identityhub.spi.participantcontext.model.ParticipantManifest;
import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.spi.system.ServiceExtension;

/** Makes the first administrator of a new hub, and prints its API key: its API lets nobody in before. */
public class FirstAdministrator implements ServiceExtension {
    private static final String NAME = "administrator";

    @Inject
    private ParticipantContextService participants;

    @Override
    public void start() {
        var key = KeyDescriptor.Builder.newInstance()
                .keyId(NAME + "-key")
                .privateKeyAlias(NAME + "-alias")
                .keyGeneratorParams(Map.of("algorithm", "EdDSA", "curve", "Ed25519"))
                .build();
        var manifest = ParticipantManifest.Builder.newInstance()
                .participantContextId(NAME)
                .did("did:web:" + NAME)
                .active(true)
                .roles(List.of("admin"))
                .key(key)
                .build();
        var made = participants.createParticipantContext(manifest);
        System.out.println(made.failed() ? "no administrator: " + made.getFailureDetail()
                : "administrator key " + made.getContent().apiKey());
    }
}
