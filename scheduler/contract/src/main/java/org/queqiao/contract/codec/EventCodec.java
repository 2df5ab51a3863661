package org.queqiao.contract.codec;

import org.queqiao.contract.event.Event;
import org.queqiao.contract.id.Actor;

/** Facts as bytes: the Protocol Buffers message {@code EventRecord} of {@code event.proto}. */
public final class EventCodec {
  private EventCodec() {}

  /** The payload of a log entry for which nobody said why. */
  public static byte[] encode(Actor actor, Event event) {
    return encode(actor, "", event);
  }

  /** The payload of a log entry, with why the actor did it. */
  public static byte[] encode(Actor actor, String reason, Event event) {
    return EventWriter.write(actor, reason, event).toByteArray();
  }

  /**
   * Reads a payload back.
   *
   * @throws MalformedRecordException for bytes that are no known fact; a newer program wrote them,
   *     or they are damaged
   */
  public static ActedEvent decode(byte[] payload) {
    return EventReader.read(payload);
  }

  /**
   * A fact and who caused it.
   *
   * @param reason why, in the words of the actor; empty when they did not say
   */
  public record ActedEvent(Actor actor, String reason, Event event) {
    /** A fact for which nobody said why. */
    public ActedEvent(Actor actor, Event event) {
      this(actor, "", event);
    }
  }
}
