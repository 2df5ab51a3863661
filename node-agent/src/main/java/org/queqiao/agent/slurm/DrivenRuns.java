package org.queqiao.agent.slurm;

import java.util.List;
import java.util.Optional;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.agent.standin.NodeRuns;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OpenedOrder;

/** The runs of one node that Slurm launches: those whose script runs there. */
final class DrivenRuns implements NodeRuns {
  private static final long US_PER_MS = 1_000;

  private final NodeName node;
  private final SlurmDriver driver;
  private final OrderSeal seal;

  /**
   * The runs of a node.
   *
   * @param seal tells whether an order is signed by the server
   */
  DrivenRuns(NodeName node, SlurmDriver driver, OrderSeal seal) {
    this.node = node;
    this.driver = driver;
    this.seal = seal;
  }

  @Override
  public LaunchReply launch(RunId run, byte[] signedOrder, long nowMs) {
    OpenedOrder order = OpenedOrder.of(signedOrder);
    if (!seal.isWhole(signedOrder)) {
      return new LaunchReply.Refused("the order is not signed by the server");
    }
    if (!order.run().equals(run) || !order.nodeName().equals(node.value())) {
      return new LaunchReply.Refused("the order is for another run or node");
    }
    if (!LaunchOrder.devicesOf(signedOrder).isEmpty()
        && !order.environment().containsKey(LaunchOrder.DEVICES_PER_NODE)) {
      return new LaunchReply.Refused("the server does not say which devices the other nodes give");
    }
    return driver.launch(new RunMark(run, node), order, nowMs);
  }

  @Override
  public SuspendReply suspend(RunId run, boolean stop, long nowMs) {
    Optional<DrivenJob> job = job(run);
    if (job.isEmpty() || job.get().isOver()) {
      return SuspendReply.NOT_DONE;
    }
    if (job.get().isSuspended() == stop) {
      return SuspendReply.DONE;
    }
    driver.suspend(run, stop);
    return SuspendReply.NOT_YET;
  }

  private Optional<DrivenJob> job(RunId run) {
    return driver.jobs().stream().filter(each -> each.run().equals(run)).findFirst();
  }

  @Override
  public void stop(RunId run, int graceMs) {
    driver.stop(run, graceMs, System.currentTimeMillis());
  }

  @Override
  public void signal(RunId run, int number, boolean batchOnly) {
    driver.signal(run, number, batchOnly);
  }

  @Override
  public void forget(RunId run) {
    driver.forget(run);
  }

  @Override
  public List<LauncherRun> list() {
    return driver.jobs().stream()
        .filter(each -> each.mark().node().equals(node))
        .map(each ->
            new LauncherRun(
                each.run(),
                Math.max(1, each.startMs() - driver.aheadMs()),
                each.isOver() ? driver.exit(each) : null,
                each.isSuspended()))
        .toList();
  }

  /** What the runs whose script is here have; what they use Slurm does not say. */
  @Override
  public Load load(long nowMs) {
    long cores = 0;
    long busyUs = 0;
    for (DrivenJob each : driver.jobs()) {
      if (each.mark().node().equals(node) && !each.isOver() && each.startMs() > 0) {
        cores += each.cpus();
        busyUs += Math.max(0, nowMs + driver.aheadMs() - each.startMs()) * each.cpus() * US_PER_MS;
      }
    }
    return new Load((int) cores, busyUs, 0);
  }
}
