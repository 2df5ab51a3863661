package org.queqiao.agent.session;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;

/** Frames over one TLS connection. */
final class FrameSocket implements Closeable {
  private static final int CONNECT_TIMEOUT_MS = 10_000;

  private final Socket plain;
  private final DataInputStream in;
  private final OutputStream out;

  private FrameSocket(Socket plain, SSLSocket secure) throws IOException {
    this.plain = plain;
    this.in = new DataInputStream(new BufferedInputStream(secure.getInputStream(), 16 << 10));
    this.out = secure.getOutputStream();
  }

  /**
   * Connects and shakes hands.
   *
   * @param silenceMs a server that says nothing for so long is taken for gone
   */
  static FrameSocket connect(SSLContext context, String host, int port, int silenceMs)
      throws IOException {
    Socket plain = new Socket();
    try {
      plain.setOption(StandardSocketOptions.TCP_NODELAY, true);
      plain.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MS);
      plain.setSoTimeout(silenceMs);
      SSLSocket secure =
          (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
      SSLParameters parameters = secure.getSSLParameters();
      parameters.setProtocols(new String[] {"TLSv1.3"});
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secure.setSSLParameters(parameters);
      secure.startHandshake();
      return new FrameSocket(plain, secure);
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /**
   * The next message.
   *
   * @throws MalformedRecordException for a length out of bounds, before anything is allocated, and
   *     for a frame that the server does not send
   */
  ServerMessage read() throws IOException {
    int length = in.readInt();
    if (length <= 0 || length > AgentFrame.MAX_BYTES) {
      throw new MalformedRecordException(
          "a frame of the server says that it has " + Integer.toUnsignedString(length) + " bytes");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return AgentFrame.decodeFromServer(bytes);
  }

  /** The address of this end. */
  String localAddress() {
    return plain.getLocalAddress().getHostAddress();
  }

  static byte[] frame(AgentMessage message) {
    byte[] bytes = AgentFrame.encode(message);
    return ByteBuffer.allocate(Integer.BYTES + bytes.length)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  void write(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
    out.flush();
  }

  /** Closes without a farewell, which could wait for a peer that does not read. */
  @Override
  public void close() {
    try {
      plain.close();
    } catch (IOException e) {
      // Closed it is.
    }
  }
}
