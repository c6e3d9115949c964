package datenkontor.peers;

import java.util.HashSet;
import org.eclipse.edc.policy.context.request.spi.RequestCatalogPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestContractNegotiationPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestTransferProcessPolicyContext;
import org.eclipse.edc.policy.engine.spi.PolicyEngine;
import org.eclipse.edc.policy.model.Policy;
import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;

/** Asks for, and shows, a membership with every message: which credentials are shown is not fixed in this product. */
public class Membership implements ServiceExtension {
    @Inject
    private PolicyEngine policies;

    private String scope;

    @Override
    public void initialize(ServiceExtensionContext context) {
        scope = context.getSetting("peers.scope", null);
        policies.registerPostValidator(RequestCatalogPolicyContext.class, this::ask);
        policies.registerPostValidator(RequestContractNegotiationPolicyContext.class, this::ask);
        policies.registerPostValidator(RequestTransferProcessPolicyContext.class, this::ask);
    }

    private boolean ask(Policy policy, RequestPolicyContext context) {
        var scopes = new HashSet<>(context.requestScopeBuilder().build().getScopes());
        scopes.add(scope);
        context.requestScopeBuilder().scopes(scopes);
        return true;
    }
}
