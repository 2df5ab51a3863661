package org.queqiao.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows R2 to R7 and R9 of the catalogue of bad inputs, against the key of a real service. */
final class AccessTokensTest {
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  @TempDir Path folder;
  private IdentityFixture fixture;
  private SigningKeys.Key key;
  private String session;

  @BeforeEach
  void signIn() throws IOException {
    fixture = new IdentityFixture(folder);
    key = SigningKeys.open(fixture.folder, fixture.clock).current();
    session =
        fixture
            .principal(fixture.signInByLink(IdentityFixture.RESEARCHER).accessToken())
            .orElseThrow()
            .credential();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Map<String, Object> goodClaims() {
    long nowS = fixture.clock.millis() / 1000;
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", "queqiao");
    claims.put("aud", "queqiao-api");
    claims.put("sub", "researcher1");
    claims.put("sid", session);
    claims.put("iat", nowS);
    claims.put("nbf", nowS);
    claims.put("exp", nowS + 900);
    claims.put("jti", "0123456789abcdef");
    return claims;
  }

  private static String encoded(String text) {
    return ENCODER.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String signed(String header, String payload, PrivateKey key, String algorithm) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      String signed = header + "." + payload;
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + ENCODER.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Signed by the real key, with a good header and these claims. */
  private String withClaims(Consumer<Map<String, Object>> change) {
    Map<String, Object> claims = goodClaims();
    change.accept(claims);
    return signed(key.header(), ENCODER.encodeToString(StrictJson.write(claims)));
  }

  private String signed(String header, String payload) {
    return signed(header, payload, key.signs(), "Ed25519");
  }

  /** Signed by the real key, with good claims and this header. */
  private String withHeader(String header) {
    return signed(encoded(header), ENCODER.encodeToString(StrictJson.write(goodClaims())));
  }

  private void assertRefused(String what, String token) {
    assertThat(fixture.present(Secret.of(token)))
        .as(what)
        .isEqualTo(new Authentication.Refused(Refusal.unauthenticated()));
  }

  @Test
  void aTokenMadeByTheSameHandIsAccepted() {
    // Every refusal below would be worthless if the tokens were wrong for another reason.
    assertThat(fixture.principal(Secret.of(withClaims(claims -> {}))).orElseThrow().user())
        .isEqualTo(IdentityFixture.RESEARCHER);
    assertThat(
            fixture.principal(
                Secret.of(
                    withHeader(
                        "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" + key.id() + "\"}"))))
        .isPresent();
  }

  @Test
  void r2NoAlgorithmIsRefused() {
    String payload = ENCODER.encodeToString(StrictJson.write(goodClaims()));
    for (String none : new String[] {"none", "None", "NONE", "nOnE"}) {
      String header =
          encoded("{\"alg\":\"" + none + "\",\"typ\":\"at+jwt\",\"kid\":\"" + key.id() + "\"}");
      assertRefused(none + " without signature", header + "." + payload + ".");
      assertRefused(none + " with a right signature", signed(header, payload));
      assertRefused(none + " in two parts", header + "." + payload);
    }
    assertRefused("a good header without signature", key.header() + "." + payload + ".");
  }

  @Test
  void r3ThePublicKeyIsNoSharedSecret() throws Exception {
    String header = encoded("{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"" + key.id() + "\"}");
    String payload = ENCODER.encodeToString(StrictJson.write(goodClaims()));
    byte[] encodedKey = key.verifies().getEncoded();
    byte[] rawKey = Arrays.copyOfRange(encodedKey, encodedKey.length - 32, encodedKey.length);
    for (byte[] secret : new byte[][] {encodedKey, rawKey}) {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      for (String head : new String[] {header, key.header()}) {
        byte[] code = mac.doFinal((head + "." + payload).getBytes(StandardCharsets.US_ASCII));
        assertRefused("HS256", head + "." + payload + "." + ENCODER.encodeToString(code));
      }
    }
  }

  @Test
  void r4ASignatureOfZerosIsRefused() throws Exception {
    String payload = ENCODER.encodeToString(StrictJson.write(goodClaims()));
    String zeros = ENCODER.encodeToString(new byte[64]);
    String es256 = encoded("{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" + key.id() + "\"}");
    assertRefused("ES256 r = s = 0", es256 + "." + payload + "." + zeros);
    assertRefused("Ed25519 R = S = 0", key.header() + "." + payload + "." + zeros);
    byte[] identity = new byte[64];
    identity[0] = 1;
    assertRefused(
        "the neutral point as R",
        key.header() + "." + payload + "." + ENCODER.encodeToString(identity));
  }

  @Test
  void r4ThisJdkRefusesZeroSignaturesOfEcdsa() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initVerify(generator.generateKeyPair().getPublic());
    signature.update("anything".getBytes(StandardCharsets.US_ASCII));
    boolean accepted;
    try {
      accepted = signature.verify(new byte[64]);
    } catch (SignatureException e) {
      accepted = false;
    }
    assertThat(accepted).isFalse();
  }

  @Test
  void r4AnotherSpellingOfARightSignatureIsRefused() {
    String token = withClaims(claims -> {});
    int dot = token.lastIndexOf('.');
    byte[] right = Base64.getUrlDecoder().decode(token.substring(dot + 1));
    // S + L is the same number modulo the order L of the curve: malleable verifiers accept it.
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] s = new byte[32];
    for (int i = 0; i < 32; i++) {
      s[i] = right[63 - i];
    }
    BigInteger shifted = new BigInteger(1, s).add(order);
    byte[] other = right.clone();
    byte[] bytes = shifted.toByteArray();
    for (int i = 0; i < 32; i++) {
      int from = bytes.length - 1 - i;
      other[32 + i] = from >= 0 ? bytes[from] : 0;
    }
    assertRefused("S + L", token.substring(0, dot + 1) + ENCODER.encodeToString(other));
    assertRefused("padding", token + "==");
    char last = token.charAt(token.length() - 1);
    char sameBytes = "AQgw".indexOf(last) >= 0 ? (char) (last + 1) : 'A';
    assertRefused("spare bits", token.substring(0, token.length() - 1) + sameBytes);
  }

  @Test
  void r5NothingInAHeaderIsFollowed() {
    String[] headers = {
      "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"../../../../dev/null\"}",
      "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"x' UNION SELECT 'key\"}",
      "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"\"}",
      "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\"}",
      "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"jku\":\"http://127.0.0.1:1/k\"}",
      "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"x5u\":\"http://127.0.0.1:1/k\"}",
      "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"jwk\":{\"kty\":\"OKP\"}}",
      "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"crit\":[\"b64\"],\"b64\":false}",
      "{\"alg\":\"EdDSA\", \"typ\":\"at+jwt\",\"kid\":\"%s\"}",
      "{\"alg\":\"EdDSA\",\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
    };
    for (String header : headers) {
      assertRefused(header, withHeader(header.formatted(key.id())));
    }
  }

  @Test
  void r6TimesMustBeThereAndSane() {
    long nowS = fixture.clock.millis() / 1000;
    assertRefused("expired", withClaims(claims -> shift(claims, -1000)));
    assertRefused("begins later", withClaims(claims -> claims.put("nbf", nowS + 61)));
    assertRefused("issued later", withClaims(claims -> shift(claims, 61)));
    assertRefused("issued in the year 1970", withClaims(claims -> claims.put("iat", 0)));
    assertRefused("lives too long", withClaims(claims -> claims.put("exp", nowS + 3601)));
    assertRefused("ends before it begins", withClaims(claims -> claims.put("exp", nowS)));
    assertRefused("exp is huge", withClaims(claims -> claims.put("exp", Long.MAX_VALUE)));
    assertRefused(
        "exp is huger",
        withClaims(claims -> claims.put("exp", new BigInteger("99999999999999999999"))));
    assertRefused("exp is a fraction", withClaims(claims -> claims.put("exp", nowS + 900.5)));
    assertRefused("exp is a text", withClaims(claims -> claims.put("exp", "" + (nowS + 900))));
    assertRefused("iat is negative", withClaims(claims -> claims.put("iat", -1)));
    for (String claim : goodClaims().keySet()) {
      assertRefused("without " + claim, withClaims(claims -> claims.remove(claim)));
      assertRefused(claim + " null", withClaims(claims -> claims.put(claim, null)));
    }
    assertRefused("one more claim", withClaims(claims -> claims.put("role", "ADMINISTRATOR")));
  }

  private static void shift(Map<String, Object> claims, long seconds) {
    for (String time : new String[] {"iat", "nbf", "exp"}) {
      claims.merge(time, seconds, (old, more) -> (Long) old + (Long) more);
    }
  }

  @Test
  void r6ClocksMayDifferByAMinute() {
    assertThat(fixture.principal(Secret.of(withClaims(claims -> shift(claims, 59))))).isPresent();
    assertThat(fixture.principal(Secret.of(withClaims(claims -> shift(claims, -959))))).isPresent();
    assertRefused("a second too late", withClaims(claims -> shift(claims, -960)));
  }

  @Test
  void r7TokensForSomethingElseAreRefused() {
    assertRefused("other issuer", withClaims(claims -> claims.put("iss", "queqiao2")));
    assertRefused("other audience", withClaims(claims -> claims.put("aud", "queqiao-agent")));
    assertRefused(
        "several audiences",
        withClaims(claims -> claims.put("aud", new String[] {"queqiao-api", "other"})));
    for (String type : new String[] {"JWT", "id+jwt", "agent+jwt", "launch+jwt", "AT+JWT", ""}) {
      assertRefused(
          "typ " + type,
          withHeader("{\"alg\":\"EdDSA\",\"typ\":\"" + type + "\",\"kid\":\"" + key.id() + "\"}"));
    }
  }

  @Test
  void r7AnotherKeyOfTheSameKindIsRefused() throws Exception {
    PrivateKey other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
    String payload = ENCODER.encodeToString(StrictJson.write(goodClaims()));
    assertRefused("other key", signed(key.header(), payload, other, "Ed25519"));
  }

  @Test
  void r9OnlyTheExactNameCounts() {
    fixture.accounts.set("researcher2");
    String[] names = {
      "Researcher1",
      "RESEARCHER1",
      "researcher1 ",
      " researcher1",
      "researcher1\u0000",
      "researcher1\n",
      "rese\u0430rcher1",
      "researcher\uff11",
      "",
      "nobody",
      "researcher2",
    };
    for (String name : names) {
      assertRefused(name, withClaims(claims -> claims.put("sub", name)));
    }
  }

  @Test
  void textThatIsNoTokenIsRefused() {
    String payload = ENCODER.encodeToString(StrictJson.write(goodClaims()));
    assertRefused("dots", "..");
    assertRefused("four parts", withClaims(claims -> {}) + ".x");
    assertRefused("no base64", key.header() + ".%%%." + payload);
    assertRefused("no JSON", signed(key.header(), encoded("now")));
    assertRefused("a list", signed(key.header(), encoded("[]")));
    assertRefused("empty", signed(key.header(), ""));
    assertRefused(
        "a claim twice",
        signed(
            key.header(),
            encoded(
                new String(StrictJson.write(goodClaims()), StandardCharsets.UTF_8)
                    .replaceFirst("\\{", "{\"sub\":\"admin1\","))));
    assertRefused("too long", withClaims(claims -> claims.put("jti", "x".repeat(3000))));
  }

  @Test
  void aCachedTokenEndsWhenItsTimeComes() {
    Secret token = Secret.of(withClaims(claims -> {}));
    assertThat(fixture.principal(token)).isPresent();
    assertThat(fixture.principal(token)).isPresent();
    fixture.clock.pass(900_000 + 59_000);
    assertThat(fixture.principal(token)).isPresent();
    fixture.clock.pass(1_000);
    assertRefused("expired since it was kept", token.reveal());
  }

  @Test
  void aChangedTokenIsNotMistakenForAKeptOne() {
    String token = withClaims(claims -> {});
    assertThat(fixture.principal(Secret.of(token))).isPresent();
    String forged = ENCODER.encodeToString(StrictJson.write(forgedClaims()));
    String[] parts = token.split("\\.");
    assertRefused("other claims", parts[0] + "." + forged + "." + parts[2]);
  }

  private Map<String, Object> forgedClaims() {
    Map<String, Object> claims = goodClaims();
    claims.put("sub", "admin1");
    return claims;
  }
}
