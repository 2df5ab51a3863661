package org.queqiao.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.id.UserName;

/** The files of credentials: who can read them, what survives, what is refused. */
final class CredentialStoreTest {
  private static final UserName USER = new UserName("researcher1");
  private static final long HOUR_MS = 3_600_000;

  @TempDir Path temporary;
  private final ManualClock clock = new ManualClock();
  private final List<Throwable> faults = new ArrayList<>();

  private Path folder() {
    return temporary.resolve("auth");
  }

  private CredentialStore open() throws IOException {
    return CredentialStore.open(folder(), clock, faults::add);
  }

  private static CredentialStore.Issued issue(CredentialStore store, SecretKind kind)
      throws IOException {
    return IdentityFixture.accepted(store.issue(USER, kind, "name", HOUR_MS));
  }

  @Test
  void everythingSurvivesARestart() throws IOException {
    CredentialStore store = open();
    Secret key = issue(store, SecretKind.API_KEY).text();
    Secret local = issue(store, SecretKind.LOCAL_TOKEN).text();
    Secret code = issue(store, SecretKind.LOGIN_CODE).text();
    store.setPassword(USER, "a hash", "");
    Secret session = issue(store, SecretKind.SESSION).text();

    CredentialStore again = open();
    assertThat(again.find(key, SecretKind.API_KEY)).isPresent();
    assertThat(again.find(local, SecretKind.LOCAL_TOKEN)).isPresent();
    assertThat(again.find(session, SecretKind.SESSION)).isPresent();
    assertThat(again.passwordHash(USER)).contains("a hash");
    assertThat(again.find(code, SecretKind.LOGIN_CODE))
        .as("a new password ends the login codes")
        .isEmpty();
  }

  @Test
  void nobodyElseCanReadTheFiles() throws IOException {
    issue(open(), SecretKind.API_KEY);
    SigningKeys.open(folder(), clock);
    try (Stream<Path> all = Files.walk(folder())) {
      for (Path path : all.toList()) {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        assertThat(mode)
            .as(path.toString())
            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
      }
    }
  }

  @Test
  void noSecretStandsInAFile() throws IOException {
    CredentialStore store = open();
    Secret text = issue(store, SecretKind.API_KEY).text();
    store.setPassword(USER, PasswordHash.of(IdentityFixture.PASSWORD), "");
    String content = Files.readString(folder().resolve("accounts/researcher1.json"));
    assertThat(content).doesNotContain(text.reveal().substring(20));
    assertThat(content).doesNotContain(IdentityFixture.PASSWORD.reveal());
    assertThat(content).contains(TokenText.sha256(text));
  }

  @Test
  void filesThatOthersCanReachAreRefusedByName() throws IOException {
    issue(open(), SecretKind.API_KEY);
    Path file = folder().resolve("accounts/researcher1.json");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(this::open).hasMessageContaining(file.toString());

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(this::open).hasMessageContaining(folder().toString());
  }

  @Test
  void linksAreRefused() throws IOException {
    open();
    Path elsewhere = Files.writeString(temporary.resolve("elsewhere"), "{}");
    Path link = folder().resolve("accounts/researcher1.json");
    Files.createSymbolicLink(link, elsewhere);
    assertThatThrownBy(this::open).hasMessageContaining(link.toString());
  }

  @Test
  void aDamagedFileIsRefusedByNameAndNotQuoted() throws IOException {
    Secret text = issue(open(), SecretKind.API_KEY).text();
    Path file = folder().resolve("accounts/researcher1.json");
    String whole = Files.readString(file);
    for (String damaged :
        List.of(
            whole.substring(0, whole.length() / 2),
            whole.replace("researcher1", "researcher2"),
            whole.replace("\"kind\"", "\"sort\""),
            whole + whole,
            "")) {
      Files.write(file, damaged.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(this::open)
          .hasMessageContaining(file.toString())
          .hasNoCause()
          .hasMessageNotContaining(TokenText.sha256(text));
    }
  }

  @Test
  void anUnfinishedWriteIsForgotten() throws IOException {
    Secret key = issue(open(), SecretKind.API_KEY).text();
    Path unfinished = folder().resolve("accounts/researcher1.json.new");
    Files.writeString(unfinished, "{\"user\":");
    assertThat(open().find(key, SecretKind.API_KEY)).isPresent();
    assertThat(unfinished).doesNotExist();
  }

  @Test
  void aCodeIsUsedOnceHoweverManyComeAtOnce() throws Exception {
    CredentialStore store = open();
    int comers = 16;
    try (ExecutorService threads = Executors.newFixedThreadPool(comers)) {
      for (int round = 0; round < 10; round++) {
        Secret code = issue(store, SecretKind.LOGIN_CODE).text();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Optional<UserName>>> answers = new ArrayList<>();
        for (int i = 0; i < comers; i++) {
          answers.add(
              threads.submit(() -> {
                start.await();
                return store.consume(code);
              }));
        }
        start.countDown();
        int winners = 0;
        for (Future<Optional<UserName>> answer : answers) {
          winners += answer.get().isPresent() ? 1 : 0;
        }
        assertThat(winners).isEqualTo(1);
        assertThat(open().find(code, SecretKind.LOGIN_CODE)).as("after a restart").isEmpty();
      }
    }
  }

  @Test
  void secretsEndWhenTheirTimeComes() throws IOException {
    CredentialStore store = open();
    Secret key = issue(store, SecretKind.API_KEY).text();
    clock.pass(HOUR_MS - 1);
    assertThat(store.find(key, SecretKind.API_KEY)).isPresent();
    clock.pass(1);
    assertThat(store.find(key, SecretKind.API_KEY)).isEmpty();
    assertThat(store.list(USER, SecretKind.API_KEY)).isEmpty();
  }

  @Test
  void aSecretOpensOnlyWhatItIsFor() throws IOException {
    CredentialStore store = open();
    for (SecretKind made : SecretKind.values()) {
      Secret text = issue(store, made).text();
      for (SecretKind asked : SecretKind.values()) {
        assertThat(store.find(text, asked).isPresent()).isEqualTo(made == asked);
      }
      String otherPrefix = made.prefix().equals("qs") ? "qq" : "qs";
      Secret renamed = Secret.of(otherPrefix + text.reveal().substring(2));
      assertThat(store.find(renamed, SecretKind.values())).isEmpty();
    }
  }

  @Test
  void aSecretWithOneOtherCharacterIsRefused() throws IOException {
    CredentialStore store = open();
    String right = issue(store, SecretKind.API_KEY).text().reveal();
    for (int at = 0; at < right.length(); at++) {
      char other = right.charAt(at) == 'a' ? 'b' : 'a';
      String wrong = right.substring(0, at) + other + right.substring(at + 1);
      assertThat(store.find(Secret.of(wrong), SecretKind.API_KEY)).as(wrong).isEmpty();
    }
    assertThat(store.find(Secret.of(right + "a"), SecretKind.API_KEY)).isEmpty();
    assertThat(store.find(Secret.of(" " + right), SecretKind.API_KEY)).isEmpty();
    assertThat(store.find(Secret.of(right), SecretKind.API_KEY)).isPresent();
  }

  @Test
  void keysAreRefusedAtTheirBoundAndSessionsGiveWay() throws IOException {
    CredentialStore store = open();
    for (int i = 0; i < SecretKind.API_KEY.mostPerAccount(); i++) {
      issue(store, SecretKind.API_KEY);
    }
    assertThat(
            IdentityFixture.denied(store.issue(USER, SecretKind.API_KEY, "one more", HOUR_MS))
                .code())
        .isEqualTo(Refusal.Code.CONFLICT);

    Secret oldest = issue(store, SecretKind.SESSION).text();
    for (int i = 1; i < SecretKind.SESSION.mostPerAccount(); i++) {
      issue(store, SecretKind.SESSION);
    }
    assertThat(store.find(oldest, SecretKind.SESSION)).isPresent();
    Secret newest = issue(store, SecretKind.SESSION).text();
    assertThat(store.find(oldest, SecretKind.SESSION)).isEmpty();
    assertThat(store.find(newest, SecretKind.SESSION)).isPresent();

    // A thousand of them would be a thousand synced files here; they give way as sessions do.
    assertThat(SecretKind.LOCAL_TOKEN.oldestGivesWay()).isTrue();

    clock.pass(HOUR_MS);
    assertThat(store.issue(USER, SecretKind.API_KEY, "room again", HOUR_MS))
        .isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void erasingLeavesNoFile() throws IOException {
    CredentialStore store = open();
    Secret key = issue(store, SecretKind.API_KEY).text();
    store.setPassword(USER, "a hash", "");
    store.erase(USER);
    assertThat(store.find(key, SecretKind.API_KEY)).isEmpty();
    assertThat(store.passwordHash(USER)).isEmpty();
    assertThat(folder().resolve("accounts")).isEmptyDirectory();
  }

  @Test
  void aWriteThatFailsBeforeItReplacesAnythingChangesNothing() throws IOException {
    CredentialStore store = open();
    store.setPassword(USER, "a hash", "");
    Secret code = issue(store, SecretKind.LOGIN_CODE).text();
    Path obstacle = folder().resolve("accounts/researcher1.json.new/in the way");
    Files.createDirectories(obstacle);
    assertThatThrownBy(() -> store.consume(code)).isInstanceOf(IOException.class);
    assertThat(faults).isEmpty();
    assertThat(store.find(code, SecretKind.LOGIN_CODE)).isPresent();
    Files.delete(obstacle);
    assertThat(store.consume(code)).contains(USER);
  }

  @Test
  void aReplacementThatFailsIsAFault() throws IOException {
    CredentialStore store = open();
    Path obstacle = folder().resolve("accounts/researcher1.json/in the way");
    Files.createDirectories(obstacle);
    assertThatThrownBy(() -> issue(store, SecretKind.API_KEY)).isInstanceOf(IOException.class);
    assertThat(faults).hasSize(1);
    assertThat(store.list(USER, SecretKind.API_KEY)).isEmpty();
  }
}
