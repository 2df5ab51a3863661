package org.queqiao.agent.launcher;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.queqiao.contract.MalformedRecordException;

/**
 * The body of a reply of the launcher.
 *
 * @param status what came of the request
 * @param reason a number of the contract, or an {@code errno} with {@code FAILED}
 * @param text what is wrong, in words; empty when all is well
 * @param payload what follows, big-endian
 */
record LauncherReply(Status status, int reason, String text, ByteBuffer payload) {
  /** Reason of a refusal to forget: the run has not ended. */
  static final int STILL_RUNNING = 9;

  /** What came of a request; the order is that of the numbers on the wire. */
  enum Status {
    OK,
    STARTED,
    EXISTS,
    REFUSED,
    NOT_FOUND,
    NOT_RUNNING,
    FAILED,
    MALFORMED,
    BUSY
  }

  static LauncherReply read(ByteBuffer body) {
    try {
      int status = body.getInt();
      int reason = body.getInt();
      byte[] text = new byte[Short.toUnsignedInt(body.getShort())];
      body.get(text);
      Status[] known = Status.values();
      if (status < 0 || status >= known.length) {
        throw new MalformedRecordException("the launcher answers with status " + status);
      }
      return new LauncherReply(
          known[status], reason, new String(text, StandardCharsets.UTF_8), body.slice());
    } catch (java.nio.BufferUnderflowException e) {
      throw new MalformedRecordException("a reply of the launcher is too short", e);
    }
  }

  /** What is wrong, for a person. */
  String inWords() {
    return text.isEmpty() ? status + " (" + reason + ")" : text;
  }
}
