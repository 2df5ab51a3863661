package org.queqiao.server.counters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.metrics.RunMetrics;
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

  private static final int BATCH_MAX = 512;

  /** Of disk, in bytes: some twenty million runs. */
  private static final long DISK_MAX_BYTES = 8L << 30;

  private record Waiting(CountersFiles.Kept kept, Runnable stored) {}

  /** What one node counted of one run. */
  public record OfNode(NodeName node, RunMetrics metrics) {}

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
  public void keep(NodeName node, RunMetrics metrics, Runnable stored) {
    if (!waiting.offer(new Waiting(new CountersFiles.Kept(node, metrics), stored))) {
      LOG.warn("counters not taken node={} run={} reason=too many wait", node, metrics.run());
    }
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
          files.append(batch.stream().map(Waiting::kept).toList());
          batch.forEach(each -> each.stored().run());
        } catch (IOException e) {
          LOG.error("counters not stored runs={}: the agents keep them", batch.size(), e);
        }
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
