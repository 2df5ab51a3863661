package org.queqiao.server.auth;

import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.queqiao.core.message.Input;

/**
 * Why somebody changes something, as a request says it: in a header, so that it goes with every
 * method and no body has a field for it. Headers are ASCII, so what is not is written as the bytes
 * of UTF-8 with percent signs.
 */
public final class GivenReason {
  /** The header. */
  public static final String HEADER = "Queqiao-Reason";

  /** More than the longest reason takes, each byte of it with a percent sign. */
  private static final int MAX_ENCODED = 4096;

  private static final int HEX = 16;

  private GivenReason() {}

  /**
   * The reason of a request; empty when it says none. Whether it is good is for the machine to say.
   *
   * @throws IllegalArgumentException with what is wrong when it cannot be read
   */
  public static String of(HttpServerRequest request) {
    List<String> given = request.headers().getAll(HEADER);
    if (given.isEmpty()) {
      return "";
    }
    if (given.size() > 1) {
      throw new IllegalArgumentException("is given twice");
    }
    return decoded(given.getFirst());
  }

  /** The wish with its reason, and whether the site goes without one. */
  public static Input with(Input input, String reason, boolean required) {
    return reason.isEmpty() && !required ? input : new Input.Reasoned(input, reason, required);
  }

  static String decoded(String text) {
    if (text.length() > MAX_ENCODED) {
      throw new IllegalArgumentException("is longer than " + MAX_ENCODED + " characters");
    }
    ByteBuffer bytes = ByteBuffer.allocate(text.length());
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each == '%') {
        bytes.put((byte) (digit(text, i, 1) * HEX + digit(text, i, 2)));
        i += 2;
      } else if (each >= ' ' && each < 0x7f) {
        bytes.put((byte) each);
      } else {
        throw new IllegalArgumentException(
            "has a character that is not ASCII at index "
                + i
                + ": write its UTF-8 with percent signs, as in caf%C3%A9");
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException notUtf8) {
      throw new IllegalArgumentException("is not UTF-8 once its percent signs are read", notUtf8);
    }
  }

  /** The digit so many places behind a percent sign. */
  private static int digit(String text, int percent, int place) {
    int at = percent + place;
    int digit = at < text.length() ? Character.digit(text.charAt(at), HEX) : -1;
    if (digit < 0 || text.charAt(at) > 0x7f) {
      throw new IllegalArgumentException(
          "has a percent sign without two hexadecimal digits at index "
              + percent
              + ": write it as %25");
    }
    return digit;
  }
}
