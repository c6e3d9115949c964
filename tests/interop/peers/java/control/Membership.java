package datenkontor.peers;

import java.util.HashSet;
import java.util.List;
import org.eclipse.edc.policy.context.request.spi.RequestCatalogPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestContractNegotiationPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestTransferProcessPolicyContext;
import org.eclipse.edc.policy.engine.spi.PolicyEngine;
import org.eclipse.edc.policy.model.Policy;
import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;

/** Asks for, and shows, some types of credentials with every message: which ones is not fixed in this product. */
public class Membership implements ServiceExtension {
    @Inject
    private PolicyEngine policies;

    private List<String> wanted;

    @Override
    public void initialize(ServiceExtensionContext context) {
        wanted = List.of(context.getSetting("peers.scopes", null).split(" "));
        policies.registerPostValidator(RequestCatalogPolicyContext.class, this::ask);
        policies.registerPostValidator(RequestContractNegotiationPolicyContext.class, this::ask);
        policies.registerPostValidator(RequestTransferProcessPolicyContext.class, this::ask);
    }

    private boolean ask(Policy policy, RequestPolicyContext context) {
        var scopes = new HashSet<>(context.requestScopeBuilder().build().getScopes());
        scopes.addAll(wanted);
        context.requestScopeBuilder().scopes(scopes);
        return true;
    }
}
