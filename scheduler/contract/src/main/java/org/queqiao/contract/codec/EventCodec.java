package org.queqiao.contract.codec;

import org.queqiao.contract.event.Event;
import org.queqiao.contract.id.Actor;

/** Facts as bytes: the Protocol Buffers message {@code EventRecord} of {@code event.proto}. */
public final class EventCodec {
  private EventCodec() {}

  /** The payload of a log entry. */
  public static byte[] encode(Actor actor, Event event) {
    return EventWriter.write(actor, event).toByteArray();
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

  /** A fact and who caused it. */
  public record ActedEvent(Actor actor, Event event) {}
}
