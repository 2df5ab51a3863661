package org.queqiao.server.auth;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Decides who asks. Answers at once and from memory, so event loops may call it on every request.
 *
 * <p>What proves an identity is one header, {@code Authorization: Bearer}: an access token or an
 * API key. Cookies, {@code X-User} headers and parameters prove nothing. Whether the account
 * exists, which roles it has and whether its session goes on is looked up each time.
 */
public final class Authenticator {
  private static final int REMEMBERED_TOKENS = 20_000;
  private static final String SCHEME = "bearer ";
  private static final Pattern JSON_WEB_TOKEN =
      Pattern.compile("eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.");
  private static final Set<String> SECRET_PARAMETERS =
      Set.of(
          "token",
          "access_token",
          "api_key",
          "apikey",
          "password",
          "secret",
          "authorization",
          "code");

  private final CredentialStore credentials;
  private final AccessTokens tokens;
  private final AccountDirectory accounts;
  private final InstantSource clock;
  private final VerifiedTokens verified = new VerifiedTokens(REMEMBERED_TOKENS);
  private final TokenBuckets signatureChecks = new TokenBuckets(400, 5, 10_000);

  public Authenticator(
      CredentialStore credentials,
      AccessTokens tokens,
      AccountDirectory accounts,
      InstantSource clock) {
    this.credentials = credentials;
    this.tokens = tokens;
    this.accounts = accounts;
    this.clock = clock;
  }

  /** Who sent this request. */
  public Authentication authenticate(HttpServerRequest request) {
    return authenticate(
        request.headers().getAll(HttpHeaders.AUTHORIZATION),
        request.query(),
        Origins.address(request));
  }

  /**
   * Who sent a request with these parts.
   *
   * @param authorization all headers of this name
   * @param query of the URL, as it was sent; may be null
   * @param address of the sender, for limits
   */
  public Authentication authenticate(List<String> authorization, String query, String address) {
    Optional<Refusal> leaked = secretInUrl(query);
    if (leaked.isPresent()) {
      return new Authentication.Refused(leaked.get());
    }
    if (authorization.size() != 1) {
      return refused();
    }
    String header = authorization.getFirst();
    if (header.length() <= SCHEME.length()
        || header.length() > SCHEME.length() + AccessTokens.MAX_LENGTH
        || !header.substring(0, SCHEME.length()).toLowerCase(Locale.ROOT).equals(SCHEME)) {
      return refused();
    }
    Secret token = Secret.of(header.substring(SCHEME.length()));
    return TokenText.parse(token).isPresent() ? byApiKey(token) : byAccessToken(token, address);
  }

  /**
   * Whether what has begun with a proof may go on: while neither the account nor the session or key
   * is taken away. That they end by themselves ends nothing.
   */
  public BooleanSupplier standing(Principal who) {
    OptionalLong endMs = credentials.endMs(who.credential(), who.user());
    return () ->
        accounts.find(who.user()).isPresent()
            && endMs.isPresent()
            && (clock.millis() >= endMs.getAsLong()
                || credentials.endMs(who.credential(), who.user()).isPresent());
  }

  private static Authentication refused() {
    return new Authentication.Refused(Refusal.unauthenticated());
  }

  private Authentication byApiKey(Secret key) {
    return credentials
        .find(key, SecretKind.API_KEY, SecretKind.LOCAL_TOKEN)
        .flatMap(held ->
            accounts
                .find(held.user())
                .map(account ->
                    new Principal(
                        account.user(),
                        account.roles(),
                        Principal.How.API_KEY,
                        held.secret().id(),
                        held.secret().expiresMs())))
        .<Authentication>map(Authentication.Known::new)
        .orElseGet(Authenticator::refused);
  }

  private Authentication byAccessToken(Secret token, String address) {
    Optional<AccessTokens.Claims> claims = verified.find(token);
    if (claims.isEmpty()) {
      if (!tokens.looksLikeOurs(token)) {
        return refused();
      }
      long waitMs = signatureChecks.take(address, clock.millis());
      if (waitMs > 0) {
        return new Authentication.Refused(
            Limits.tooMany("too many tokens to check from this address", waitMs));
      }
      claims = tokens.verify(token);
      claims.ifPresent(found -> verified.keep(token, found));
    }
    if (claims.isPresent() && !claims.get().isLive(clock.millis())) {
      verified.drop(token);
      return refused();
    }
    return claims
        .filter(found -> credentials.session(found.session(), found.user()).isPresent())
        .flatMap(found -> accounts.find(found.user()).map(account -> principal(account, found)))
        .<Authentication>map(Authentication.Known::new)
        .orElseGet(Authenticator::refused);
  }

  private static Principal principal(Account account, AccessTokens.Claims claims) {
    return new Principal(
        account.user(),
        account.roles(),
        Principal.How.ACCESS_TOKEN,
        claims.session(),
        claims.expiresMs());
  }

  /** The refusal of a URL that carries a secret: URLs are logged by everything on their way. */
  public static Optional<Refusal> secretInUrl(String query) {
    if (query == null || query.isEmpty()) {
      return Optional.empty();
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      String value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
      if (SECRET_PARAMETERS.contains(name.toLowerCase(Locale.ROOT))
          || TokenText.ANYWHERE.matcher(value).find()
          || JSON_WEB_TOKEN.matcher(value).find()) {
        return Optional.of(
            Refusal.of(
                Refusal.Code.MALFORMED,
                "a secret must not stand in a URL: send it in the header Authorization or in the"
                    + " body, and replace it, because URLs are logged on their way"));
      }
    }
    return Optional.empty();
  }

  /** A part that is no valid encoding is looked at as it stands; the router refuses it later. */
  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }
}
