package org.queqiao.server.auth;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.queqiao.contract.id.UserName;

/**
 * Everything that can be done with credentials: signing in and out, passwords, keys, login links.
 *
 * <p>What hashes or writes runs on threads of its own and answers with a future; the future
 * completes on such a thread. No method logs or returns a secret but the one it was asked to make.
 */
public final class Identity implements AutoCloseable {
  private static final int MAX_NAME = 64;
  private static final int MIN_PASSWORD = 12;
  private static final int MIN_DISTINCT = 5;
  private static final int MAX_PASSWORD = 256;
  private static final int MAX_KEY_NAME = 64;
  private static final long MIN_KEY_LIFE_MS = 60_000;

  private final AuthSettings settings;
  private final CredentialStore credentials;
  private final SigningKeys keys;
  private final AccessTokens tokens;
  private final AccountDirectory accounts;
  private final InstantSource clock;
  private final Limits limits;
  private final CredentialWorkers workers;
  private final Authenticator authenticator;
  private final String nobodysHash;
  private volatile URI reachedAt;

  /** What the password of a missing account is compared with; made once in a process. */
  private static final class Nobody {
    static final String HASH =
        PasswordHash.of(TokenText.newText(SecretKind.SESSION, TokenText.newId()));
  }

  private Identity(
      AuthSettings settings,
      CredentialStore credentials,
      SigningKeys keys,
      AccountDirectory accounts,
      InstantSource clock) {
    this.settings = settings;
    this.credentials = credentials;
    this.keys = keys;
    this.tokens = new AccessTokens(keys, clock);
    this.accounts = accounts;
    this.clock = clock;
    this.limits = new Limits(clock);
    this.workers = new CredentialWorkers(settings.hashThreads(), settings.hashQueue());
    this.authenticator = new Authenticator(credentials, tokens, accounts, clock);
    this.reachedAt = settings.publicUrl();
    this.nobodysHash = Nobody.HASH;
  }

  /**
   * Opens the credentials of a server. Reads files and hashes once: call it at the start.
   *
   * @param folder private to the service, made when missing
   * @param accounts the accounts as the log has them
   * @param faults ends the process when nobody knows any more what a restart would find
   * @throws IOException when the folder cannot be read, others can reach it, or a file is damaged
   */
  public static Identity open(
      Path folder,
      AuthSettings settings,
      AccountDirectory accounts,
      InstantSource clock,
      Consumer<Throwable> faults)
      throws IOException {
    CredentialStore store = CredentialStore.open(folder, clock, faults);
    return new Identity(settings, store, SigningKeys.open(folder, clock), accounts, clock);
  }

  public Authenticator authenticator() {
    return authenticator;
  }

  public AuthSettings settings() {
    return settings;
  }

  /** Tells where login links lead, when that is known only once the server listens. */
  public void reachedAt(URI url) {
    reachedAt = url;
  }

  Optional<Account> account(UserName user) {
    return accounts.find(user);
  }

  /** Signs in with a password. A missing account takes as long as a wrong password. */
  public CompletableFuture<Outcome<SignedIn>> signIn(
      String userText, Secret password, String address) {
    Optional<UserName> user = known(userText);
    String name = userText.length() > MAX_NAME ? "" : userText;
    Optional<Refusal> limited = limits.attempt(name, address);
    if (limited.isPresent()) {
      return denied(limited.get());
    }
    Optional<String> hash = user.flatMap(credentials::passwordHash);
    return chain(
        compared(password, hash, name, address),
        right -> right ? openSession(user.orElseThrow(), name, address) : denied(wrongSignIn()));
  }

  /** Signs in with the code of a login link and uses it up. */
  public CompletableFuture<Outcome<SignedIn>> signIn(Secret code, String address) {
    Optional<Refusal> limited = limits.attempt("", address);
    if (limited.isPresent()) {
      return denied(limited.get());
    }
    if (credentials.find(code, SecretKind.LOGIN_CODE).isEmpty()) {
      return denied(wrongSignIn());
    }
    return chain(
        workers.write(() ->
            credentials
                .consume(code)
                .filter(user -> accounts.find(user).isPresent())
                .map(Outcome::accepted)
                .orElseGet(() -> Outcome.denied(wrongSignIn()))),
        user -> openSession(user, "", address));
  }

  private Optional<UserName> known(String userText) {
    return UserName.FORM.matcher(userText).matches()
        ? accounts.find(new UserName(userText)).map(Account::user)
        : Optional.empty();
  }

  private static Refusal wrongSignIn() {
    return Refusal.of(
        Refusal.Code.UNAUTHENTICATED,
        "account, password or code are not right: try again, or ask an administrator for a login"
            + " link");
  }

  /** Hashes in every case, so that the time does not say whether there is a password. */
  private CompletableFuture<Outcome<Boolean>> compared(
      Secret password, Optional<String> hash, String name, String address) {
    Secret tried = password.length() > MAX_PASSWORD ? Secret.of("") : password;
    CompletableFuture<Outcome<Boolean>> answer =
        workers.hash(() ->
            Outcome.accepted(
                PasswordHash.matches(tried, hash.orElse(nobodysHash)) && hash.isPresent()));
    return answer.thenApply(found -> {
      if (found instanceof Outcome.Denied<Boolean>) {
        limits.giveBack(name, address);
      }
      return found;
    });
  }

  private CompletableFuture<Outcome<SignedIn>> openSession(
      UserName user, String name, String address) {
    limits.giveBack(name, address);
    return workers.write(() ->
        credentials
            .issue(user, SecretKind.SESSION, "", settings.sessionLifeMs())
            .then(made -> Outcome.accepted(access(user, made.stored(), Optional.of(made)))));
  }

  private SignedIn access(
      UserName user, StoredSecret session, Optional<CredentialStore.Issued> made) {
    long restMs = session.expiresMs() - clock.millis();
    AccessTokens.Made token =
        tokens.make(user, session.id(), Math.min(settings.accessLifeMs(), restMs));
    return new SignedIn(
        user,
        token.text(),
        token.expiresMs(),
        made.map(CredentialStore.Issued::text),
        session.expiresMs());
  }

  /** A new access token for the session behind this cookie. */
  public Outcome<SignedIn> refresh(Secret cookie) {
    return credentials
        .find(cookie, SecretKind.SESSION)
        .filter(held -> accounts.find(held.user()).isPresent())
        .map(held -> Outcome.accepted(access(held.user(), held.secret(), Optional.empty())))
        .orElseGet(() -> Outcome.denied(Refusal.unauthenticated()));
  }

  /** Ends the session behind this cookie, and with it its access tokens. */
  public CompletableFuture<Outcome<Boolean>> signOut(Secret cookie) {
    return credentials
        .find(cookie, SecretKind.SESSION)
        .map(held -> end(held.user(), held.secret().id(), SecretKind.SESSION))
        .orElseGet(() -> CompletableFuture.completedFuture(Outcome.accepted(false)));
  }

  /** Ends the session that this principal came with; one with a key has none. */
  public CompletableFuture<Outcome<Boolean>> signOut(Principal principal) {
    return end(principal.user(), principal.credential(), SecretKind.SESSION);
  }

  private CompletableFuture<Outcome<Boolean>> end(UserName user, String id, SecretKind kind) {
    return workers.write(() -> Outcome.accepted(credentials.revoke(user, id, kind)));
  }

  /**
   * Changes one's own password. The current one is needed, unless there is none yet and the sign-in
   * is fresh.
   */
  public CompletableFuture<Outcome<Boolean>> changePassword(
      Principal principal, Optional<Secret> current, Secret next, String address) {
    UserName user = principal.user();
    Optional<StoredSecret> session = credentials.session(principal.credential(), user);
    if (principal.how() != Principal.How.ACCESS_TOKEN || session.isEmpty()) {
      return denied(Refusal.of(Refusal.Code.FORBIDDEN, "sign in to change the password"));
    }
    Optional<String> hash = credentials.passwordHash(user);
    if (hash.isEmpty()) {
      boolean fresh = clock.millis() - session.get().createdMs() <= settings.loginCodeLifeMs();
      return fresh
          ? storePassword(user, next, principal.credential())
          : denied(
              Refusal.of(
                  Refusal.Code.FORBIDDEN, "sign in with a new login link, then set a password"));
    }
    if (current.isEmpty()) {
      return denied(
          Refusal.of(Refusal.Code.INVALID, "currentPassword", "the current password is missing"));
    }
    Optional<Refusal> limited = limits.attempt(user.value(), address);
    if (limited.isPresent()) {
      return denied(limited.get());
    }
    return chain(
        compared(current.get(), hash, user.value(), address),
        right -> {
          if (!right) {
            return denied(
                Refusal.of(
                    Refusal.Code.FORBIDDEN, "currentPassword", "the current password is wrong"));
          }
          limits.giveBack(user.value(), address);
          return storePassword(user, next, principal.credential());
        });
  }

  /** Sets the password of an account by order of the data folder's owner; all its sessions end. */
  public CompletableFuture<Outcome<Boolean>> setPassword(UserName user, Secret next) {
    return accounts.find(user).isPresent() ? storePassword(user, next, "") : denied(missing(user));
  }

  private static Refusal missing(UserName user) {
    return Refusal.of(Refusal.Code.NOT_FOUND, "user", "there is no account " + user);
  }

  private CompletableFuture<Outcome<Boolean>> storePassword(
      UserName user, Secret next, String keptSession) {
    Optional<Refusal> unfit = unfit(user, next);
    if (unfit.isPresent()) {
      return denied(unfit.get());
    }
    return chain(
        workers.hash(() -> Outcome.accepted(PasswordHash.of(next))),
        hash ->
            workers.write(() -> {
              credentials.setPassword(user, hash, keptSession);
              return Outcome.accepted(true);
            }));
  }

  private static Optional<Refusal> unfit(UserName user, Secret next) {
    String text = next.reveal();
    String wrong =
        text.length() < MIN_PASSWORD || text.length() > MAX_PASSWORD
            ? "a password has " + MIN_PASSWORD + " to " + MAX_PASSWORD + " characters"
            : text.chars().distinct().count() < MIN_DISTINCT
                ? "a password has at least " + MIN_DISTINCT + " different characters"
                : text.toLowerCase(Locale.ROOT).contains(user.value())
                        && text.length() < user.value().length() + MIN_PASSWORD
                    ? "a password must not be made of the name of the account"
                    : "";
    return wrong.isEmpty()
        ? Optional.empty()
        : Optional.of(Refusal.of(Refusal.Code.INVALID, "newPassword", wrong));
  }

  /** The keys of an account, oldest first. */
  public List<StoredSecret> apiKeys(UserName user) {
    return credentials.list(user, SecretKind.API_KEY, SecretKind.LOCAL_TOKEN);
  }

  /** Makes an API key. Only a signed-in person may: a leaked key must not outlive itself. */
  public CompletableFuture<Outcome<CredentialStore.Issued>> makeApiKey(
      Principal principal, String name, Optional<Long> lifeMs) {
    if (principal.how() != Principal.How.ACCESS_TOKEN) {
      return denied(
          Refusal.of(Refusal.Code.FORBIDDEN, "an API key cannot make another one: sign in"));
    }
    if (name.isBlank()
        || name.length() > MAX_KEY_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      return denied(
          Refusal.of(
              Refusal.Code.INVALID,
              "name",
              "a key has a name of 1 to " + MAX_KEY_NAME + " printable characters"));
    }
    long wantedMs = lifeMs.orElse(settings.apiKeyLifeMs());
    if (wantedMs < MIN_KEY_LIFE_MS || wantedMs > settings.apiKeyMaxLifeMs()) {
      return denied(
          Refusal.of(
              Refusal.Code.INVALID,
              "lifeMs",
              "a key lives from " + MIN_KEY_LIFE_MS + " to " + settings.apiKeyMaxLifeMs() + " ms"));
    }
    return workers.write(
        () -> credentials.issue(principal.user(), SecretKind.API_KEY, name, wantedMs));
  }

  /** Ends one of the principal's own keys. */
  public CompletableFuture<Outcome<Boolean>> revokeApiKey(Principal principal, String id) {
    return workers.write(() ->
        credentials.revoke(principal.user(), id, SecretKind.API_KEY, SecretKind.LOCAL_TOKEN)
            ? Outcome.accepted(true)
            : Outcome.denied(Refusal.of(Refusal.Code.NOT_FOUND, "the account has no such key")));
  }

  /** A key for scripts on this machine, by order of the data folder's owner. */
  public CompletableFuture<Outcome<Secret>> makeLocalToken(UserName user) {
    if (accounts.find(user).isEmpty()) {
      return denied(missing(user));
    }
    return workers.write(() ->
        credentials
            .issue(user, SecretKind.LOCAL_TOKEN, "local", settings.localTokenLifeMs())
            .then(made -> Outcome.accepted(made.text())));
  }

  /** A link that signs in once; the code stands in its fragment, which no server sees. */
  public CompletableFuture<Outcome<Secret>> makeLoginLink(UserName user) {
    if (accounts.find(user).isEmpty()) {
      return denied(missing(user));
    }
    String base = reachedAt.toString();
    String page = (base.endsWith("/") ? base : base + "/") + "#/login?code=";
    return workers.write(() ->
        credentials
            .issue(user, SecretKind.LOGIN_CODE, "", settings.loginCodeLifeMs())
            .then(made -> Outcome.accepted(Secret.of(page + made.text().reveal()))));
  }

  /** Removes everything that opens an account. */
  public CompletableFuture<Outcome<Boolean>> erase(UserName user) {
    return workers.write(() -> {
      credentials.erase(user);
      return Outcome.accepted(true);
    });
  }

  /** Signs with a new key from now on; nobody is signed out. */
  public CompletableFuture<Outcome<Boolean>> rotateSigningKey() {
    return workers.write(() -> {
      keys.rotate();
      return Outcome.accepted(true);
    });
  }

  @Override
  public void close() {
    workers.close();
  }

  private static <T> CompletableFuture<Outcome<T>> denied(Refusal refusal) {
    return CompletableFuture.completedFuture(Outcome.denied(refusal));
  }

  private static <A, B> CompletableFuture<Outcome<B>> chain(
      CompletableFuture<Outcome<A>> first, Function<A, CompletableFuture<Outcome<B>>> next) {
    return first.thenCompose(found ->
        switch (found) {
          case Outcome.Accepted<A>(A value) -> next.apply(value);
          case Outcome.Denied<A>(Refusal refusal) -> denied(refusal);
        });
  }
}
