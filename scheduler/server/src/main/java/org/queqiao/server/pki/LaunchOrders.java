package org.queqiao.server.pki;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OrderHeader;
import org.queqiao.contract.launch.ReadOrder;
import org.queqiao.contract.launch.StepOrder;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.server.host.HostName;
import org.queqiao.server.host.UnixUser;
import org.queqiao.server.host.UnixUsers;

/**
 * Makes and signs orders, on threads of its own: the name service is asked for the user's home, and
 * that may take long. An order is signed once and kept until half its life is over.
 */
public final class LaunchOrders implements AutoCloseable {
  /** How long a signed order is handed out; what is left is for the way to the node. */
  public static final long HANDED_OUT_MS = LaunchOrderSigner.LIFE.toMillis() / 2;

  private static final int THREADS = 2;

  /** Where jobs are submitted as far as anybody knows: this machine serves REST. */
  private static final String HOST = HostName.read();

  private static final int WAITING_MAX = 10_000;
  private static final long KEPT_MAX_BYTES = 64L << 20;

  private final LaunchOrderSigner signer;
  private final UnixUsers users;
  private final LaunchSettings settings;
  private final LongSupplier wallMs;
  private final ThreadPoolExecutor threads;
  private final Object lock = new Object();
  private final Map<RunId, Kept> kept = new LinkedHashMap<>();
  private long keptBytes;

  private record Kept(byte[] signed, long epoch, NodeName node, long untilMs) {}

  /** What came of the wish for an order. */
  public sealed interface Outcome {
    /** The order with its signature. */
    record Signed(byte[] order) implements Outcome {}

    /** There will never be one, for this reason. */
    record Impossible(String reason) implements Outcome {}

    /** There is none now, for this reason; ask again. */
    record NotNow(String reason) implements Outcome {}
  }

  /** Orders signed with this key, about users that this name service knows. */
  public LaunchOrders(
      LaunchOrderSigner signer, UnixUsers users, LaunchSettings settings, LongSupplier wallMs) {
    this.signer = signer;
    this.users = users;
    this.settings = settings;
    this.wallMs = wallMs;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().name("launch-orders-", 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * The order to launch a run on a node: its script, or where the script does not run the process
   * that starts its steps there.
   *
   * @param jobSocket where jobs on that node reach the agent; empty if they do not
   */
  public CompletionStage<Outcome> launch(
      DesiredRunState run, NodeName node, long epoch, String jobSocket) {
    synchronized (lock) {
      Kept known = kept.get(run.run());
      if (known != null
          && known.epoch() == epoch
          && known.node().equals(node)
          && known.untilMs() > wallMs.getAsLong()) {
        return CompletableFuture.completedStage(new Outcome.Signed(known.signed()));
      }
    }
    return later(() -> sign(run, node, epoch, jobSocket));
  }

  /** The run has ended: its order is of no use any more. */
  public void forget(RunId run) {
    synchronized (lock) {
      Kept gone = kept.remove(run);
      if (gone != null) {
        keptBytes -= gone.signed().length;
      }
    }
  }

  /** The order to read part of what a job wrote. */
  public CompletionStage<Outcome> readOutput(
      RunId run, JobSpec spec, int uid, NodeName node, long epoch, Stream stream, Range range) {
    return later(() -> {
      Optional<UnixUser> user = users.byUid(uid);
      if (user.isEmpty()) {
        return new Outcome.Impossible(unknown(uid));
      }
      String stdout = OutputPath.stdout(spec, run.job(), node, user.get());
      String path =
          switch (stream) {
            case STDOUT -> stdout;
            case STDERR -> OutputPath.stderr(spec, run.job(), node, user.get()).orElse(stdout);
          };
      return new Outcome.Signed(
          signer.sign(
              new ReadOrder(
                  signer.header(OrderHeader.Type.READ, run, uid, epoch, 0, 0, 0),
                  range.offset(),
                  range.maxBytes(),
                  node.value(),
                  path)));
    });
  }

  /** Which of a job's streams. */
  public enum Stream {
    STDOUT,
    STDERR
  }

  /** From this byte, at most so many. */
  public record Range(long offset, int maxBytes) {}

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** A step that may block. */
  private interface Work {
    Outcome run() throws IOException;
  }

  private CompletionStage<Outcome> later(Work work) {
    CompletableFuture<Outcome> result = new CompletableFuture<>();
    try {
      threads.execute(() -> {
        try {
          result.complete(work.run());
        } catch (IOException e) {
          result.complete(new Outcome.NotNow(e.getMessage()));
        } catch (IllegalArgumentException e) {
          result.complete(new Outcome.Impossible(e.getMessage()));
        } catch (RuntimeException e) {
          result.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException e) {
      result.complete(new Outcome.NotNow("too many orders wait to be signed"));
    }
    return result;
  }

  /** The order to join a step. */
  public CompletionStage<Outcome> step(RunId run, int uid, long epoch, StepWay way) {
    return later(() ->
        new Outcome.Signed(
            signer.sign(
                new StepOrder(
                    signer.header(
                        way.shell() ? OrderHeader.Type.SHELL : OrderHeader.Type.STEP,
                        run,
                        uid,
                        epoch,
                        0,
                        0,
                        0),
                    way.step(),
                    way.node().value(),
                    way.address(),
                    way.port(),
                    way.key()))));
  }

  /** Whether jobs can start steps on several nodes. */
  public boolean startsSteps() {
    return !settings.jobProgram().isEmpty();
  }

  private Outcome sign(DesiredRunState run, NodeName node, long epoch, String jobSocket)
      throws IOException {
    Optional<UnixUser> user = users.byUid(run.uid());
    if (user.isEmpty()) {
      return new Outcome.Impossible(unknown(run.uid()));
    }
    Optional<Allocation> here =
        run.allocations().stream().filter(each -> each.node().equals(node)).findFirst();
    if (here.isEmpty()) {
      return new Outcome.Impossible("the run has no allocation on node " + node);
    }
    byte[] signed = signer.sign(order(run, node, epoch, user.get(), here.get(), jobSocket));
    keep(run.run(), new Kept(signed, epoch, node, wallMs.getAsLong() + HANDED_OUT_MS));
    return new Outcome.Signed(signed);
  }

  private LaunchOrder order(
      DesiredRunState run,
      NodeName node,
      long epoch,
      UnixUser user,
      Allocation here,
      String jobSocket) {
    SortedMap<String, String> environment =
        JobEnvironment.of(run, here, node, user, settings.jobProgram(), jobSocket, HOST);
    if (startsSteps()) {
      // By these a process of the run verifies the orders that follow, and the monitor starts it.
      environment.put("QUEQIAO_ORDER_KEY", HexFormat.of().formatHex(signer.publicKey()));
      environment.put("QUEQIAO_PROGRAM", settings.jobProgram());
    }
    if (!run.allocations().getFirst().node().equals(node)) {
      return host(run, node, epoch, user, here, environment);
    }
    JobSpec spec = OutputPath.ofTask(run.spec(), run.task());
    return new LaunchOrder(
        header(run, epoch, user, here),
        here.cores(),
        node.value(),
        OutputPath.workDir(spec, user),
        OutputPath.stdout(spec, run.run().job(), node, user),
        OutputPath.stderr(spec, run.run().job(), node, user).orElse(""),
        environment,
        spec.script(),
        devices(here),
        run.leaseMs());
  }

  private OrderHeader header(DesiredRunState run, long epoch, UnixUser user, Allocation here) {
    OrderHeader header =
        signer.header(
            OrderHeader.Type.LAUNCH,
            run.run(),
            user.uid(),
            epoch,
            here.memBytes(),
            settings.pidsMax(),
            settings.leftoverGraceMs());
    return settings.noNewPrivileges() ? header.withoutNewPrivileges() : header;
  }

  private static List<String> devices(Allocation here) {
    List<String> out = new ArrayList<>();
    for (Allocation.GresDevices gres : here.gres()) {
      gres.devices().forEach(index -> out.add(gres.name() + ":" + index));
    }
    return out;
  }

  private LaunchOrder host(
      DesiredRunState run,
      NodeName node,
      long epoch,
      UnixUser user,
      Allocation here,
      SortedMap<String, String> environment) {
    return new LaunchOrder(
        header(run, epoch, user, here),
        here.cores(),
        node.value(),
        "/",
        "/dev/null",
        "",
        environment,
        ("#!" + settings.jobProgram() + " host\n").getBytes(StandardCharsets.UTF_8),
        devices(here),
        run.leaseMs());
  }

  private void keep(RunId run, Kept order) {
    synchronized (lock) {
      Kept before = kept.put(run, order);
      keptBytes += order.signed().length - (before == null ? 0 : before.signed().length);
      var oldest = kept.values().iterator();
      while (keptBytes > KEPT_MAX_BYTES && oldest.hasNext()) {
        keptBytes -= oldest.next().signed().length;
        oldest.remove();
      }
    }
  }

  private static String unknown(int uid) {
    return "the name service of the server knows no user with uid " + uid;
  }
}
