package org.queqiao.server.counters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.metrics.Series;
import org.queqiao.server.gateway.CountersKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes counted of runs. It is not in the event log: nothing is decided from it. One thread
 * writes what waits with one sync for each file; an agent keeps what it counted until then.
 */
public final class RunCounters implements CountersKeeper, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunCounters.class);

  /** How many reports wait at most; one more is not taken and told again. */
  private static final int WAITING_MAX = 4_096;

  private static final long WAITING_MAX_BYTES = 64L << 20;
  private static final int BATCH_MAX = 512;

  /** Of disk, in bytes: some twenty million runs. */
  private static final long DISK_MAX_BYTES = 8L << 30;

  private record Waiting(CountersFiles.WithSeries kept, Runnable stored) {}

  /** What one node counted of one run. */
  public record OfNode(NodeName node, RunMetrics metrics) {}

  /**
   * What a node counted as a whole.
   *
   * @param series of the last heartbeats
   * @param latest the newest values, with why others are missing
   */
  public record OfNodeNow(Series series, List<CounterValue> latest) {}

  private final LiveSeries live = new LiveSeries();
  private final NodeHistory nodes = new NodeHistory();
  private final AtomicLong waitingBytes = new AtomicLong();

  private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final CountersFiles files;
  private final Thread writer;

  /**
   * Opens the store and starts its thread. Beyond 8 GiB of disk what was counted of the oldest jobs
   * is given up.
   */
  public RunCounters(Path folder) throws IOException {
    files = new CountersFiles(folder, DISK_MAX_BYTES);
    writer = Thread.ofPlatform().name("run-counters").daemon().start(this::write);
  }

  @Override
  public void keep(NodeName node, RunMetrics metrics, byte[] series, Runnable stored) {
    CountersFiles.Kept kept = new CountersFiles.Kept(node, metrics);
    long bytes = waitingBytes.addAndGet(series.length);
    boolean taken =
        bytes <= WAITING_MAX_BYTES
            && waiting.offer(new Waiting(new CountersFiles.WithSeries(kept, series), stored));
    if (!taken) {
      waitingBytes.addAndGet(-series.length);
      LOG.warn("counters not taken node={} run={} reason=too many wait", node, metrics.run());
    }
  }

  @Override
  public void follow(NodeName node, AgentMessage.RunSamplesReport samples) {
    // Unpacked on the connection's loop: it refuses what is no series.
    live.add(node, samples.run(), Series.ofPacked(samples.series()));
  }

  @Override
  public void heard(NodeName node, long wallMs, AgentMessage.Heartbeat beat) {
    nodes.heard(node, wallMs, beat);
  }

  /** What a node counted lately as a whole; nothing of one that was not heard of. */
  public Optional<OfNodeNow> ofNode(NodeName node) {
    return nodes.of(node).map(known -> new OfNodeNow(known.series(), known.latest()));
  }

  /** The series of a run, of all its nodes: stored ones, and those of nodes where it lives. */
  public List<NodeSeries> series(RunId run) throws IOException {
    TreeMap<NodeName, NodeSeries> out = new TreeMap<>();
    live.of(run).forEach(each -> out.put(each.node(), each));
    for (CountersFiles.Kept each : files.find(run.job())) {
      byte[] packed =
          each.metrics().run().equals(run) ? files.series(each.node(), run) : new byte[0];
      try {
        if (packed.length > 0) {
          out.put(each.node(), new NodeSeries(each.node(), Series.ofPacked(packed)));
        }
      } catch (MalformedRecordException e) {
        LOG.warn("series not read node={} run={} reason={}", each.node(), run, e.getMessage());
      }
    }
    return List.copyOf(out.values());
  }

  /** What is stored of a job, of all its runs and nodes; reads a file. */
  public List<OfNode> find(JobId job) throws IOException {
    return files.find(job).stream().map(each -> new OfNode(each.node(), each.metrics())).toList();
  }

  private void write() {
    List<Waiting> batch = new ArrayList<>();
    try {
      while (true) {
        batch.add(waiting.take());
        waiting.drainTo(batch, BATCH_MAX - 1);
        try {
          files.store(batch.stream().map(Waiting::kept).toList());
          for (Waiting each : batch) {
            live.remove(each.kept().kept().node(), each.kept().kept().metrics().run());
            each.stored().run();
          }
        } catch (IOException e) {
          LOG.error("counters not stored runs={}: the agents keep them", batch.size(), e);
        }
        batch.forEach(each -> waitingBytes.addAndGet(-each.kept().series().length));
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws InterruptedException {
    writer.interrupt();
    writer.join();
  }
}
