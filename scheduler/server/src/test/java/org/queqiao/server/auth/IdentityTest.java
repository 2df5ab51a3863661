package org.queqiao.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.server.auth.IdentityFixture.ADDRESS;
import static org.queqiao.server.auth.IdentityFixture.PASSWORD;
import static org.queqiao.server.auth.IdentityFixture.RESEARCHER;
import static org.queqiao.server.auth.IdentityFixture.accepted;
import static org.queqiao.server.auth.IdentityFixture.denied;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.UserName;

/** Signing in and out, passwords, keys and links, with time and accounts under control. */
final class IdentityTest {
  private static final UserName ADMIN = new UserName("admin1");

  @TempDir Path folder;
  private IdentityFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new IdentityFixture(folder);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Outcome<SignedIn> signIn(String user, String password) {
    return fixture.identity.signIn(user, Secret.of(password), ADDRESS).join();
  }

  @Test
  void aRightPasswordSignsInAlsoAfterARestart() throws IOException {
    fixture.givePassword();
    fixture.restart();
    Principal principal = fixture.principal(fixture.signIn().accessToken()).orElseThrow();
    assertThat(principal.user()).isEqualTo(RESEARCHER);
    assertThat(principal.roles()).containsExactly(Role.RESEARCHER);
    assertThat(principal.how()).isEqualTo(Principal.How.ACCESS_TOKEN);
    assertThat(principal.expiresMs()).isEqualTo(fixture.clock.millis() + 900_000);
    assertThat(principal.actor().toString()).isEqualTo("USER:researcher1");
  }

  @Test
  void tokensAndSessionsSurviveARestart() throws IOException {
    SignedIn signedIn = fixture.signInByLink(RESEARCHER);
    fixture.restart();
    assertThat(fixture.principal(signedIn.accessToken())).isPresent();
    assertThat(accepted(fixture.identity.refresh(signedIn.session().orElseThrow())).user())
        .isEqualTo(RESEARCHER);
  }

  @Test
  void everyWrongSignInHasTheSameAnswer() {
    fixture.givePassword();
    List<Refusal> answers = new ArrayList<>();
    answers.add(denied(signIn("researcher1", "wrong horse battery")));
    answers.add(denied(signIn("researcher1", "")));
    answers.add(denied(signIn("nobody", PASSWORD.reveal())));
    answers.add(denied(signIn("admin1", PASSWORD.reveal())));
    answers.add(denied(signIn("Researcher1", PASSWORD.reveal())));
    answers.add(denied(signIn("researcher1 ", PASSWORD.reveal())));
    answers.add(denied(signIn("rese\u0430rcher1", PASSWORD.reveal())));
    answers.add(denied(signIn("researcher1\u0000", PASSWORD.reveal())));
    answers.add(denied(signIn("../researcher1", PASSWORD.reveal())));
    answers.add(denied(signIn("researcher1", "x".repeat(5000))));
    answers.add(denied(fixture.identity.signIn(Secret.of("ql_no"), ADDRESS).join()));
    assertThat(answers).containsOnly(answers.getFirst());
    assertThat(answers.getFirst().code()).isEqualTo(Refusal.Code.UNAUTHENTICATED);
  }

  @Test
  void anAccountThatIsGoneCannotSignInAndItsTokensEnd() {
    fixture.givePassword();
    Secret token = fixture.signIn().accessToken();
    Secret key = accepted(fixture.identity.makeLocalToken(RESEARCHER).join());
    assertThat(fixture.principal(key)).isPresent();
    fixture.accounts.remove("researcher1");
    assertThat(fixture.principal(token)).isEmpty();
    assertThat(fixture.principal(key)).isEmpty();
    assertThat(denied(signIn("researcher1", PASSWORD.reveal())).code())
        .isEqualTo(Refusal.Code.UNAUTHENTICATED);
  }

  @Test
  void whatHasBegunGoesOnBeyondTheEndOfItsProofAndNotBeyondItsWithdrawal() {
    SignedIn left = fixture.signInByLink(RESEARCHER);
    SignedIn kept = fixture.signInByLink(RESEARCHER);
    Secret key = accepted(fixture.identity.makeLocalToken(RESEARCHER).join());
    BooleanSupplier ofLeft = standing(left.accessToken());
    BooleanSupplier ofKept = standing(kept.accessToken());
    BooleanSupplier ofKey = standing(key);
    fixture.clock.pass(901_000 + 60_000);
    assertThat(fixture.principal(kept.accessToken())).isEmpty();
    assertThat(ofKept.getAsBoolean()).as("a token of its session can be had").isTrue();
    fixture.identity.signOut(left.session().orElseThrow()).join();
    assertThat(ofLeft.getAsBoolean()).as("signed out").isFalse();
    fixture.clock.pass(400L * 86_400_000);
    assertThat(fixture.principal(key)).isEmpty();
    assertThat(ofKey.getAsBoolean()).as("it ended by itself").isTrue();
    assertThat(ofKept.getAsBoolean()).as("it ended by itself").isTrue();
    fixture.accounts.remove("researcher1");
    assertThat(ofKey.getAsBoolean()).isFalse();
  }

  private BooleanSupplier standing(Secret token) {
    return fixture.identity.authenticator().standing(fixture.principal(token).orElseThrow());
  }

  @Test
  void aRevokedRoleIsGoneAtOnce() {
    Secret token = fixture.signInByLink(ADMIN).accessToken();
    assertThat(fixture.principal(token).orElseThrow().has(Role.ADMINISTRATOR)).isTrue();
    fixture.accounts.set("admin1");
    assertThat(fixture.principal(token).orElseThrow().roles()).isEmpty();
  }

  @Test
  void failuresAreLimitedAndSayWhenToComeBack() {
    fixture.givePassword();
    for (int i = 0; i < 10; i++) {
      assertThat(denied(signIn("researcher1", "wrong horse battery")).code())
          .isEqualTo(Refusal.Code.UNAUTHENTICATED);
    }
    Refusal limited = denied(signIn("researcher1", PASSWORD.reveal()));
    assertThat(limited.code()).isEqualTo(Refusal.Code.TOO_MANY);
    assertThat(limited.retryAfterSeconds()).isEqualTo(15);
    assertThat(fixture.identity.signIn("researcher1", PASSWORD, "192.0.2.8").join())
        .as("the owner elsewhere is not locked out")
        .isInstanceOf(Outcome.Accepted.class);
    fixture.clock.pass(15_000);
    assertThat(signIn("researcher1", PASSWORD.reveal())).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void anAddressThatTriesManyAccountsIsLimited() {
    for (int i = 0; i < 50; i++) {
      assertThat(denied(fixture.identity.signIn(Secret.of("ql_" + i), ADDRESS).join()).code())
          .isEqualTo(Refusal.Code.UNAUTHENTICATED);
    }
    Refusal limited = denied(fixture.identity.signIn(Secret.of("ql_x"), ADDRESS).join());
    assertThat(limited.code()).isEqualTo(Refusal.Code.TOO_MANY);
    assertThat(limited.retryAfterSeconds()).isEqualTo(2);
  }

  @Test
  void rightSignInsAreNotLimited() {
    for (int i = 0; i < 55; i++) {
      fixture.signInByLink(RESEARCHER);
    }
    assertThat(fixture.signInByLink(RESEARCHER).user()).isEqualTo(RESEARCHER);
  }

  @Test
  void moreSignInsThanCanWaitAreRefusedAndNotQueued() throws IOException {
    AuthSettings usual = fixture.settings;
    AuthSettings narrow =
        new AuthSettings(
            usual.publicUrl(),
            List.of(),
            usual.accessLifeMs(),
            usual.sessionLifeMs(),
            usual.loginCodeLifeMs(),
            usual.localTokenLifeMs(),
            usual.apiKeyLifeMs(),
            usual.apiKeyMaxLifeMs(),
            1,
            2);
    try (IdentityFixture small = new IdentityFixture(folder.resolve("small"), narrow)) {
      List<CompletableFuture<Outcome<SignedIn>>> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        answers.add(small.identity.signIn("user" + i, PASSWORD, "192.0.2." + i));
      }
      List<Refusal> refusals =
          answers.stream().map(CompletableFuture::join).map(IdentityFixture::denied).toList();
      assertThat(refusals).filteredOn(each -> each.code() == Refusal.Code.BUSY).isNotEmpty();
      assertThat(refusals)
          .filteredOn(each -> each.code() == Refusal.Code.UNAUTHENTICATED)
          .hasSizeGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void aLoginCodeWorksOnceAndForAQuarterOfAnHour() {
    Secret code = fixture.loginCode(ADMIN);
    assertThat(accepted(fixture.identity.signIn(code, ADDRESS).join()).user()).isEqualTo(ADMIN);
    assertThat(denied(fixture.identity.signIn(code, ADDRESS).join()).code())
        .isEqualTo(Refusal.Code.UNAUTHENTICATED);

    Secret late = fixture.loginCode(ADMIN);
    fixture.clock.pass(15 * 60_000);
    assertThat(denied(fixture.identity.signIn(late, ADDRESS).join()).code())
        .isEqualTo(Refusal.Code.UNAUTHENTICATED);
  }

  @Test
  void aLoginCodeSignsOneInHoweverManyComeAtOnce() {
    Secret code = fixture.loginCode(ADMIN);
    List<CompletableFuture<Outcome<SignedIn>>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(fixture.identity.signIn(code, ADDRESS));
    }
    assertThat(answers.stream().map(CompletableFuture::join))
        .filteredOn(answer -> answer instanceof Outcome.Accepted<SignedIn>)
        .hasSize(1);
  }

  @Test
  void theLinkCarriesItsCodeInTheFragment() {
    String link = accepted(fixture.identity.makeLoginLink(ADMIN).join()).reveal();
    assertThat(link).matches("http://127\\.0\\.0\\.1:8080/#/login\\?code=ql_[0-9a-f]{16}_.{43}");
    fixture.identity.reachedAt(URI.create("https://queqiao.example/"));
    assertThat(accepted(fixture.identity.makeLoginLink(ADMIN).join()).reveal())
        .startsWith("https://queqiao.example/#/login?code=ql_");
  }

  @Test
  void signingOutEndsTheAccessTokensAtOnce() {
    SignedIn first = fixture.signInByLink(RESEARCHER);
    SignedIn second = fixture.signInByLink(RESEARCHER);
    assertThat(accepted(fixture.identity.signOut(first.session().orElseThrow()).join())).isTrue();
    assertThat(fixture.principal(first.accessToken())).isEmpty();
    assertThat(denied(fixture.identity.refresh(first.session().orElseThrow())).code())
        .isEqualTo(Refusal.Code.UNAUTHENTICATED);
    assertThat(fixture.principal(second.accessToken())).isPresent();
  }

  @Test
  void aSessionEndsAfterTwelveHoursWhateverIsRenewed() {
    SignedIn signedIn = fixture.signInByLink(RESEARCHER);
    Secret cookie = signedIn.session().orElseThrow();
    fixture.clock.pass(12 * 3_600_000 - 5_000);
    SignedIn renewed = accepted(fixture.identity.refresh(cookie));
    assertThat(renewed.expiresMs()).isLessThanOrEqualTo(signedIn.sessionExpiresMs());
    assertThat(renewed.session()).isEmpty();
    fixture.clock.pass(5_000);
    assertThat(fixture.principal(renewed.accessToken())).isEmpty();
    assertThat(denied(fixture.identity.refresh(cookie)).code())
        .isEqualTo(Refusal.Code.UNAUTHENTICATED);
  }

  @Test
  void aNewPasswordEndsAllOtherSessions() {
    fixture.givePassword();
    SignedIn here = fixture.signIn();
    SignedIn elsewhere = fixture.signIn();
    Principal principal = fixture.principal(here.accessToken()).orElseThrow();
    Secret next = Secret.of("another long sentence");
    assertThat(change(principal, Optional.of(PASSWORD), next)).isInstanceOf(Outcome.Accepted.class);
    assertThat(fixture.principal(here.accessToken())).isPresent();
    assertThat(fixture.principal(elsewhere.accessToken())).isEmpty();
    assertThat(denied(signIn("researcher1", PASSWORD.reveal())).code())
        .isEqualTo(Refusal.Code.UNAUTHENTICATED);
    assertThat(signIn("researcher1", next.reveal())).isInstanceOf(Outcome.Accepted.class);
  }

  private Outcome<Boolean> change(Principal principal, Optional<Secret> current, Secret next) {
    return fixture.identity.changePassword(principal, current, next, ADDRESS).join();
  }

  @Test
  void changingAPasswordNeedsTheCurrentOneOrAFreshSignIn() {
    Principal fresh =
        fixture.principal(fixture.signInByLink(RESEARCHER).accessToken()).orElseThrow();
    fixture.clock.pass(15 * 60_000 + 1);
    assertThat(denied(change(fresh, Optional.empty(), PASSWORD)).code())
        .as("a sign-in of long ago does not set the first password")
        .isEqualTo(Refusal.Code.FORBIDDEN);
    Principal principal =
        fixture.principal(fixture.signInByLink(RESEARCHER).accessToken()).orElseThrow();
    assertThat(change(principal, Optional.empty(), PASSWORD)).isInstanceOf(Outcome.Accepted.class);

    Secret next = Secret.of("another long sentence");
    assertThat(denied(change(principal, Optional.empty(), next)).code())
        .isEqualTo(Refusal.Code.INVALID);
    assertThat(denied(change(principal, Optional.of(next), next)).code())
        .isEqualTo(Refusal.Code.FORBIDDEN);
    Principal byKey =
        fixture
            .principal(accepted(fixture.identity.makeLocalToken(RESEARCHER).join()))
            .orElseThrow();
    assertThat(denied(change(byKey, Optional.of(PASSWORD), next)).code())
        .as("a key changes no password")
        .isEqualTo(Refusal.Code.FORBIDDEN);
  }

  @Test
  void guessingTheCurrentPasswordIsLimitedToo() {
    fixture.givePassword();
    Principal principal = fixture.principal(fixture.signIn().accessToken()).orElseThrow();
    Secret next = Secret.of("another long sentence");
    for (int i = 0; i < 10; i++) {
      assertThat(denied(change(principal, Optional.of(next), next)).code())
          .isEqualTo(Refusal.Code.FORBIDDEN);
    }
    assertThat(denied(change(principal, Optional.of(PASSWORD), next)).code())
        .isEqualTo(Refusal.Code.TOO_MANY);
  }

  @Test
  void weakPasswordsAreRefused() {
    for (String weak :
        List.of("", "short", "aaaaaaaaaaaaaaaaaaaa", "researcher1234567", "x".repeat(257))) {
      Refusal refusal = denied(fixture.identity.setPassword(RESEARCHER, Secret.of(weak)).join());
      assertThat(refusal.code()).as(weak).isEqualTo(Refusal.Code.INVALID);
      assertThat(refusal.field()).isEqualTo("newPassword");
    }
  }

  @Test
  void apiKeysAreMadeListedAndRevoked() throws IOException {
    Principal principal =
        fixture.principal(fixture.signInByLink(RESEARCHER).accessToken()).orElseThrow();
    CredentialStore.Issued made =
        accepted(fixture.identity.makeApiKey(principal, "nightly", Optional.empty()).join());
    assertThat(made.text().reveal()).matches("qq_[0-9a-f]{16}_[A-Za-z0-9_-]{43}");
    fixture.restart();
    Principal byKey = fixture.principal(made.text()).orElseThrow();
    assertThat(byKey.user()).isEqualTo(RESEARCHER);
    assertThat(byKey.how()).isEqualTo(Principal.How.API_KEY);
    assertThat(byKey.expiresMs()).isEqualTo(fixture.clock.millis() + 90L * 24 * 3_600_000);
    assertThat(fixture.identity.apiKeys(RESEARCHER)).containsExactly(made.stored());
    assertThat(fixture.identity.apiKeys(ADMIN)).isEmpty();

    Principal admin = fixture.principal(fixture.signInByLink(ADMIN).accessToken()).orElseThrow();
    assertThat(denied(fixture.identity.revokeApiKey(admin, made.stored().id()).join()).code())
        .as("somebody else's key is not there")
        .isEqualTo(Refusal.Code.NOT_FOUND);
    assertThat(fixture.principal(made.text())).isPresent();
    accepted(fixture.identity.revokeApiKey(principal, made.stored().id()).join());
    assertThat(fixture.principal(made.text())).isEmpty();
  }

  @Test
  void aKeyCannotMakeAnotherKey() {
    Principal byKey =
        fixture
            .principal(accepted(fixture.identity.makeLocalToken(RESEARCHER).join()))
            .orElseThrow();
    assertThat(denied(fixture.identity.makeApiKey(byKey, "more", Optional.empty()).join()).code())
        .isEqualTo(Refusal.Code.FORBIDDEN);
  }

  @Test
  void namesAndLivesOfKeysAreChecked() {
    Principal principal =
        fixture.principal(fixture.signInByLink(RESEARCHER).accessToken()).orElseThrow();
    for (String name : List.of("", "  ", "a\nb", "a\u001b[31m", "x".repeat(65))) {
      assertThat(
              denied(fixture.identity.makeApiKey(principal, name, Optional.empty()).join()).field())
          .isEqualTo("name");
    }
    for (long life : new long[] {0, -1, 59_999, 367L * 24 * 3_600_000, Long.MAX_VALUE}) {
      assertThat(
              denied(fixture.identity.makeApiKey(principal, "k", Optional.of(life)).join()).field())
          .isEqualTo("lifeMs");
    }
  }

  @Test
  void theLocalTokenLivesADayAndSurvivesRestarts() throws IOException {
    Secret token = accepted(fixture.identity.makeLocalToken(RESEARCHER).join());
    fixture.clock.pass(24 * 3_600_000 - 1);
    fixture.restart();
    assertThat(fixture.principal(token)).isPresent();
    fixture.clock.pass(1);
    assertThat(fixture.principal(token)).isEmpty();
    assertThat(denied(fixture.identity.makeLocalToken(new UserName("nobody")).join()).code())
        .isEqualTo(Refusal.Code.NOT_FOUND);
  }

  @Test
  void aRotatedKeySignsAnewAndNobodyIsSignedOut() throws IOException {
    SignedIn before = fixture.signInByLink(RESEARCHER);
    accepted(fixture.identity.rotateSigningKey().join());
    fixture.restart();
    assertThat(fixture.principal(before.accessToken())).isPresent();
    SignedIn after = accepted(fixture.identity.refresh(before.session().orElseThrow()));
    assertThat(fixture.principal(after.accessToken())).isPresent();
    assertThat(after.accessToken().reveal().split("\\.")[0])
        .isNotEqualTo(before.accessToken().reveal().split("\\.")[0]);
    fixture.clock.pass(SigningKeys.ROTATION_MS + 1);
    assertThat(fixture.principal(before.accessToken())).isEmpty();
  }

  @Test
  void erasingAnAccountsCredentialsEndsEverything() {
    fixture.givePassword();
    SignedIn signedIn = fixture.signIn();
    Secret key = accepted(fixture.identity.makeLocalToken(RESEARCHER).join());
    accepted(fixture.identity.erase(RESEARCHER).join());
    assertThat(fixture.principal(signedIn.accessToken())).isEmpty();
    assertThat(fixture.principal(key)).isEmpty();
    assertThat(denied(signIn("researcher1", PASSWORD.reveal())).code())
        .isEqualTo(Refusal.Code.UNAUTHENTICATED);
  }

  @Test
  void secretsNeverPrintThemselves() {
    SignedIn signedIn = fixture.signInByLink(RESEARCHER);
    String token = signedIn.accessToken().reveal();
    String cookie = signedIn.session().orElseThrow().reveal();
    Principal principal = fixture.principal(signedIn.accessToken()).orElseThrow();
    CredentialStore.Issued made =
        accepted(fixture.identity.makeApiKey(principal, "k", Optional.empty()).join());
    String printed = signedIn + " " + principal + " " + made + " " + Secret.of("canary");
    assertThat(printed)
        .doesNotContain(token, cookie, made.text().reveal(), "canary", made.stored().sha256());
  }
}
