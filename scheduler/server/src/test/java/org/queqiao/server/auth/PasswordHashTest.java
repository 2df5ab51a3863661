package org.queqiao.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Password hashes: their form, their salt, and agreement with another implementation. */
final class PasswordHashTest {
  /** Made by crypto_pwhash of libsodium 1.0.18, salt {@code 0123456789abcdef}. */
  private static final String BY_LIBSODIUM =
      "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg"
          + "$69I7qCjDTsQwhQqFvpQJiqEI0lGQvxC84fXE0Ktxca4";

  @Test
  void agreesWithAnotherImplementation() {
    assertThat(PasswordHash.matches(IdentityFixture.PASSWORD, BY_LIBSODIUM)).isTrue();
    assertThat(PasswordHash.matches(Secret.of("correct horse batterz"), BY_LIBSODIUM)).isFalse();
  }

  @Test
  void hasASaltOfItsOwnAndNamesItsCost() {
    String one = PasswordHash.of(IdentityFixture.PASSWORD);
    String two = PasswordHash.of(IdentityFixture.PASSWORD);
    assertThat(one).isNotEqualTo(two).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    assertThat(PasswordHash.matches(IdentityFixture.PASSWORD, one)).isTrue();
    assertThat(PasswordHash.matches(IdentityFixture.PASSWORD, two)).isTrue();
    assertThat(PasswordHash.matches(Secret.of(""), one)).isFalse();
  }

  @Test
  void twoSpellingsOfOneTextAreOnePassword() {
    String composed = PasswordHash.of(Secret.of("caf\u00e9 au lait 42"));
    assertThat(PasswordHash.matches(Secret.of("cafe\u0301 au lait 42"), composed)).isTrue();
  }

  @Test
  void aHashOfUnknownFormOrBoundlessCostIsRefused() {
    for (String wrong :
        new String[] {
          "",
          "correct horse battery",
          BY_LIBSODIUM.replace("argon2id", "argon2i"),
          BY_LIBSODIUM.replace("m=19456", "m=9999999"),
          BY_LIBSODIUM.replace("t=2", "t=99"),
        }) {
      assertThatThrownBy(() -> PasswordHash.matches(IdentityFixture.PASSWORD, wrong))
          .as(wrong)
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
