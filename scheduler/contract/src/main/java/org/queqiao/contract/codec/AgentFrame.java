package org.queqiao.contract.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.wire.FromAgent;

/**
 * Agent messages as bytes: a length of 4 bytes, big-endian, then one message of {@code
 * agent.proto}.
 */
public final class AgentFrame {
  /** The longest message, in bytes. Longer lengths are refused before anything is allocated. */
  public static final int MAX_BYTES = 8 << 20;

  /** The oldest version of the protocol that this program speaks. */
  public static final int PROTOCOL_MIN = 1;

  /** The newest version of the protocol that this program speaks. */
  public static final int PROTOCOL_MAX = 7;

  /** The first version in which runs are suspended. */
  public static final int PROTOCOL_SUSPENDS = 2;

  /** The first version in which counters of runs are told. */
  public static final int PROTOCOL_COUNTERS = 3;

  /** From this version on bridges to other schedulers are understood. */
  public static final int PROTOCOL_BRIDGES = 4;

  /** The first version in which runs have steps. */
  public static final int PROTOCOL_STEPS = 4;

  /** The first version in which processes of jobs tell of checkpoints. */
  public static final int PROTOCOL_CHECKPOINTS = 5;

  /** The first version in which people have shells in their jobs. */
  public static final int PROTOCOL_SHELLS = 6;

  /**
   * The first version in which any signal may come before the end; earlier ones take TERM for the
   * end.
   */
  public static final int PROTOCOL_SIGNALS = 7;

  /** The longest message of a connection without a certificate, in bytes. */
  public static final int ENROL_MAX_BYTES = 16 << 10;

  private static final int LAST_OF_AGENT = 31;
  private static final int FIRST_OF_SERVER = 33;
  private static final int LAST_OF_SERVER = 63;

  private AgentFrame() {}

  /** Whether a message of an agent asks to enrol; looks at its first bytes only. */
  public static boolean isEnrol(byte[] bytes) {
    return number(bytes) == FromAgent.ENROL_FIELD_NUMBER;
  }

  /** The message without the length in front. */
  public static byte[] encode(AgentMessage message) {
    return AgentWriter.write(message).toByteArray();
  }

  /** The message without the length in front. */
  public static byte[] encode(ServerMessage message) {
    return AgentWriter.write(message).toByteArray();
  }

  /**
   * Reads what an agent said.
   *
   * @throws MalformedRecordException for bytes that are no such message
   */
  public static AgentMessage decodeFromAgent(byte[] bytes) {
    int number = number(bytes);
    if (number < 1 || number > LAST_OF_AGENT) {
      throw new MalformedRecordException("not a message that an agent sends");
    }
    return AgentReader.readFromAgent(bytes);
  }

  /**
   * Reads what the server said.
   *
   * @throws MalformedRecordException for bytes that are no such message
   */
  public static ServerMessage decodeFromServer(byte[] bytes) {
    int number = number(bytes);
    if (number < FIRST_OF_SERVER || number > LAST_OF_SERVER) {
      throw new MalformedRecordException("not a message that the server sends");
    }
    return AgentReader.readFromServer(bytes);
  }

  /**
   * The number of the message in a frame, read from its tag without a look at the body; 0 when the
   * frame is not exactly one message.
   */
  private static int number(byte[] bytes) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      int tag = in.readTag();
      int length = in.readRawVarint32();
      boolean whole =
          WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
              && length == bytes.length - in.getTotalBytesRead();
      return whole ? WireFormat.getTagFieldNumber(tag) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
