package org.queqiao.server.auth;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.UserName;

/** An identity service on a folder, with a clock and accounts that the test moves. */
final class IdentityFixture implements AutoCloseable {
  static final Secret PASSWORD = Secret.of("correct horse battery");
  static final String ADDRESS = "192.0.2.7";
  static final UserName RESEARCHER = new UserName("researcher1");

  final AuthSettings settings;
  final Path folder;
  final ManualClock clock = new ManualClock();
  final Accounts accounts = new Accounts();
  final List<Throwable> faults = new ArrayList<>();
  Identity identity;

  IdentityFixture(Path folder) throws IOException {
    this(folder, AuthSettings.at(URI.create("http://127.0.0.1:8080")));
  }

  IdentityFixture(Path folder, AuthSettings settings) throws IOException {
    this.settings = settings;
    this.folder = folder.resolve("auth");
    accounts.set("researcher1", Role.RESEARCHER);
    accounts.set("admin1", Role.ADMINISTRATOR);
    identity = open();
  }

  private Identity open() throws IOException {
    return Identity.open(folder, settings, accounts, clock, faults::add);
  }

  /** The process ends and starts again on the same folder. */
  void restart() throws IOException {
    identity.close();
    identity = open();
  }

  void givePassword() {
    accepted(identity.setPassword(RESEARCHER, PASSWORD).join());
  }

  SignedIn signIn() {
    return accepted(identity.signIn("researcher1", PASSWORD, ADDRESS).join());
  }

  /** Signs in by a login link, which needs no password hash. */
  SignedIn signInByLink(UserName user) {
    return accepted(identity.signIn(loginCode(user), ADDRESS).join());
  }

  Secret loginCode(UserName user) {
    String link = accepted(identity.makeLoginLink(user).join()).reveal();
    return Secret.of(link.substring(link.indexOf("code=") + "code=".length()));
  }

  Authentication present(Secret token) {
    return identity
        .authenticator()
        .authenticate(List.of("Bearer " + token.reveal()), null, ADDRESS);
  }

  Optional<Principal> principal(Secret token) {
    return present(token) instanceof Authentication.Known(Principal principal)
        ? Optional.of(principal)
        : Optional.empty();
  }

  static <T> T accepted(Outcome<T> outcome) {
    return switch (outcome) {
      case Outcome.Accepted<T>(T value) -> value;
      case Outcome.Denied<T>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
    };
  }

  static <T> Refusal denied(Outcome<T> outcome) {
    return switch (outcome) {
      case Outcome.Accepted<T> unused -> throw new AssertionError("was accepted");
      case Outcome.Denied<T>(Refusal refusal) -> refusal;
    };
  }

  @Override
  public void close() {
    identity.close();
  }
}
