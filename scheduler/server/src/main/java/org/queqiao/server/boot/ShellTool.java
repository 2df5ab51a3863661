package org.queqiao.server.boot;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * The person's end of a shell in a job: {@code URL TOKEN-FILE PROGRAM [COMMAND...]}. Passes bytes
 * between the server and the program of jobs, which has the terminal and the key and knows what
 * they mean. Ends as the shell does.
 */
public final class ShellTool {
  private static final int PIECE_BYTES = 32 << 10;
  private static final int REFUSED = 97;
  private static final Duration CONNECT = Duration.ofSeconds(20);

  private ShellTool() {}

  /** What comes from the server; a message is asked for when the one before is written. */
  private static final class Incoming implements WebSocket.Listener {
    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final CompletableFuture<SocketChannel> to = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public void onOpen(WebSocket server) {
      server.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket server, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        first.complete(text.toString());
        // What follows has nowhere to go before the program is there.
        to.thenRun(() -> server.request(1));
      } else {
        server.request(1);
      }
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket server, ByteBuffer data, boolean last) {
      try {
        SocketChannel program = to.join();
        while (data.hasRemaining()) {
          program.write(data);
        }
        server.request(1);
      } catch (IOException e) {
        server.abort();
      }
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket server, int code, String reason) {
      gone(reason);
      return null;
    }

    @Override
    public void onError(WebSocket server, Throwable failure) {
      gone("the connection to the server broke");
    }

    private void gone(String reason) {
      first.complete("refused the server closed the connection: " + reason);
      to.thenAccept(program -> {
        if (!reason.isEmpty()) {
          System.err.print("queqiao: " + reason + "\r\n");
        }
        try {
          program.close();
        } catch (IOException e) {
          // It is gone all the same.
        }
      });
    }
  }

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) throws Exception {
    int code = 1;
    try {
      code = run(arguments);
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("queqiao: no shell: " + e);
    }
    System.exit(code);
  }

  private static int run(String[] arguments) throws IOException, InterruptedException {
    String token = Files.readString(Path.of(arguments[1])).strip();
    URI url = URI.create(arguments[0].replaceFirst("^http", "ws"));
    Incoming incoming = new Incoming();
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
      WebSocket server;
      try {
        server =
            http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .connectTimeout(CONNECT)
                .buildAsync(url, incoming)
                .join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof WebSocketHandshakeException) {
          return REFUSED;
        }
        System.err.println("queqiao: the server does not answer: " + e.getCause());
        return 1;
      }
      String[] words = incoming.first.join().split(" ", 4);
      if (!words[0].equals("shell") || words.length != 4) {
        String said = incoming.first.join();
        System.err.println("queqiao: " + said.replaceFirst("^refused ", ""));
        server.abort();
        return 1;
      }
      try {
        return attach(
            server, incoming, words, Arrays.asList(arguments).subList(2, arguments.length));
      } finally {
        server.abort();
        http.shutdownNow();
      }
    }
  }

  private static int attach(
      WebSocket server, Incoming incoming, String[] words, List<String> command)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("queqiao-shell");
    Path socket = folder.resolve("socket");
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket));
      List<String> program =
          new ArrayList<>(List.of(command.getFirst(), "attach", socket.toString()));
      program.addAll(command.subList(1, command.size()));
      Process shell = new ProcessBuilder(program).inheritIO().start();
      shell.onExit().thenRun(() -> closeQuietly(listener));
      SocketChannel channel;
      try {
        channel = listener.accept();
      } catch (ClosedChannelException e) {
        // It has ended and said why.
        return shell.waitFor();
      }
      byte[] node = words[2].getBytes(StandardCharsets.UTF_8);
      byte[] key = Base64.getDecoder().decode(words[3]);
      ByteBuffer head = ByteBuffer.allocate(Integer.BYTES + key.length + Short.BYTES + node.length);
      head.putInt(Integer.parseInt(words[1])).put(key).putShort((short) node.length).put(node);
      channel.write(head.flip());
      incoming.to.complete(channel);
      Thread.ofPlatform().daemon().start(() -> send(server, channel));
      return shell.waitFor();
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(folder);
    }
  }

  /** One piece at a time: the next is read when the server's connection has taken this one. */
  private static void send(WebSocket server, SocketChannel from) {
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    try {
      while (from.read(piece.clear()) >= 0) {
        server.sendBinary(piece.flip(), true).join();
      }
    } catch (IOException | CompletionException e) {
      closeQuietly(from);
    }
  }

  private static void closeQuietly(java.nio.channels.Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }
}
