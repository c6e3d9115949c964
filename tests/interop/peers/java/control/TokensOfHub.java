package datenkontor.peers;

import static java.net.URLEncoder.encode;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.edc.iam.decentralizedclaims.spi.SecureTokenService;
import org.eclipse.edc.runtime.metamodel.annotation.Provider;
import org.eclipse.edc.spi.iam.TokenRepresentation;
import org.eclipse.edc.spi.result.Result;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;

/** Lets the control plane get its tokens from the Secure Token Service of the hub, as its own remote client does. */
public class TokensOfHub implements ServiceExtension {
    private final HttpClient http = HttpClient.newHttpClient();

    @Provider
    public SecureTokenService tokens(ServiceExtensionContext context) {
        var place = URI.create(context.getSetting("peers.tokens.url", null));
        var client = context.getSetting("peers.tokens.client", null);
        var secret = context.getSetting("peers.tokens.secret", null);
        return (participant, claims, scope) -> {
            var form = new TreeMap<>(Map.of(
                    "grant_type", "client_credentials",
                    "client_id", client,
                    "client_secret", secret,
                    "audience", String.valueOf(claims.get("aud"))));
            if (claims.get("token") instanceof String token) {
                form.put("token", token);
            }
            if (scope != null) {
                form.put("bearer_access_scope", scope);
            }
            return ask(place, form);
        };
    }

    private Result<TokenRepresentation> ask(URI place, Map<String, String> form) {
        var body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encode(entry.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        var request = HttpRequest.newBuilder(place)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                return Result.failure("the hub answers " + answer.statusCode() + " " + answer.body());
            }
            var token = new ObjectMapper().readTree(answer.body()).path("access_token").asText();
            return Result.success(TokenRepresentation.Builder.newInstance().token(token).build());
        } catch (Exception error) {
            return Result.failure(error.toString());
        }
    }
}
