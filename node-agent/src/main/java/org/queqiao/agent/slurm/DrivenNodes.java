package org.queqiao.agent.slurm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.Trouble;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.agent.reconcile.Reconciler;
import org.queqiao.agent.reconcile.SpoolImage;
import org.queqiao.agent.reconcile.SpoolRecord;
import org.queqiao.agent.session.Backoff;
import org.queqiao.agent.spool.Spool;
import org.queqiao.agent.standin.StandIn;
import org.queqiao.agent.standin.StandIns;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/** Stands in for the nodes of Slurm that Queqiao decides about. */
final class DrivenNodes {
  /** Between two attempts at most, while Slurm does not answer. */
  private static final long TRY_AGAIN_MAX_MS = 5_000;

  private final DriveOptions options;
  private final SlurmDriver driver;
  private final OrderSeal seal;
  private final StandIns connections;
  private final TreeMap<NodeName, StandIn> nodes = new TreeMap<>();
  private final TreeMap<NodeName, Spool> opened = new TreeMap<>();

  /** As they were seen last. */
  private final TreeMap<NodeName, KnownNode> known = new TreeMap<>();

  /** Runs of before that slurmctld was not asked for yet. */
  private final TreeSet<RunId> kept = new TreeSet<>();

  /** Ends that the nodes know: slurmctld repeats them for some minutes. */
  private final TreeSet<RunId> told = new TreeSet<>();

  private final ConcurrentSkipListSet<NodeName> up = new ConcurrentSkipListSet<>();
  private final ScheduledExecutorService hearts =
      Executors.newScheduledThreadPool(
          1, Thread.ofPlatform().name("driven-hearts").daemon().factory());
  private final Trouble trouble = new Trouble();

  DrivenNodes(DriveOptions options, SlurmProcess slurm) throws IOException {
    this.options = options;
    this.driver = new SlurmDriver(slurm, options);
    this.seal = OrderSeal.read(options.launchKey());
    this.connections = new StandIns(options.data(), options.heartbeatMs(), true);
  }

  /** Until its thread is interrupted. */
  void run() throws InterruptedException, IOException {
    beginAsKept();
    Backoff backoff = new Backoff(options.pollMs(), Math.max(options.pollMs(), TRY_AGAIN_MAX_MS));
    while (true) {
      long waitMs = options.pollMs();
      try {
        look();
        trouble.over();
        backoff.reset();
      } catch (SlurmException e) {
        trouble.say("no word of Slurm: " + e.getMessage());
        findEnds();
        waitMs = backoff.next();
      }
      TimeUnit.MILLISECONDS.sleep(waitMs);
    }
  }

  private void look() throws SlurmException, IOException {
    List<SlurmNode> seen = driver.look(kept, System.currentTimeMillis());
    kept.clear();
    TreeMap<NodeName, KnownNode> begins = new TreeMap<>();
    for (SlurmNode each : seen) {
      NodeName name = new NodeName(each.name());
      boolean changed = each.isUp() ? up.add(name) : up.remove(name);
      KnownNode now = note(name, each);
      if (changed) {
        AgentLog.info("node " + name + (each.isUp() ? " is up" : " is away: " + each.reason()));
        if (!nodes.containsKey(name)) {
          begins.put(name, now);
        }
      }
      if (!each.isUp() && nodes.containsKey(name)) {
        nodes.get(name).leave();
      }
    }
    begin(begins);
    findEnds();
    stopOthers();
    nodes.values().forEach(StandIn::retry);
  }

  /** Keeps what was seen of a node, when it is something else. */
  private KnownNode note(NodeName name, SlurmNode seen) throws IOException {
    KnownNode before = known.get(name);
    KnownNode now =
        KnownNode.of(
            seen, before == null ? KnownNode.read(name, folder(name)) : Optional.of(before));
    if (!now.equals(before)) {
      now.keep(folder(name));
      known.put(name, now);
      if (before != null && now.hasOther(before) && nodes.containsKey(name)) {
        AgentLog.warn(
            "node "
                + name
                + " has other cores, memory or devices now: they count when the bridge is started"
                + " anew");
      }
    }
    return now;
  }

  private Path folder(NodeName name) throws IOException {
    return Files.createDirectories(
        options.data().resolve("nodes").resolve(name.value()),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Their runs of before are looked for first. */
  private void begin(TreeMap<NodeName, KnownNode> begins) throws SlurmException, IOException {
    if (begins.isEmpty()) {
      return;
    }
    try {
      TreeMap<NodeName, Spool> spools = spools(begins.keySet());
      driver.look(kept, System.currentTimeMillis());
      kept.clear();
      spools.forEach((name, spool) -> {
        DrivenRuns runs = new DrivenRuns(name, driver, seal);
        begin(begins.get(name), spool, runs, runs.list());
      });
    } catch (SlurmException e) {
      // Another look begins them.
      up.removeAll(begins.keySet());
      throw e;
    }
  }

  /**
   * Before anything is asked of Slurm, which may take long where it is away, the nodes that it gave
   * jobs to when it was seen last are as they were, with the runs that they had.
   */
  private void beginAsKept() throws IOException {
    Path all = options.data().resolve("nodes");
    if (!Files.isDirectory(all)) {
      return;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(all)) {
      for (Path each : folders) {
        NodeName name = new NodeName(each.getFileName().toString());
        KnownNode.read(name, each).filter(KnownNode::isUp).ifPresent(node -> known.put(name, node));
      }
    }
    spools(known.keySet())
        .forEach((name, spool) -> {
          up.add(name);
          List<LauncherRun> had = new ArrayList<>();
          spool
              .image()
              .runs()
              .forEach((run, one) -> {
                if (one.stage() == SpoolImage.Stage.RECEIPT) {
                  had.add(new LauncherRun(run, one.startMs(), null));
                }
              });
          begin(known.get(name), spool, new DrivenRuns(name, driver, seal), had);
        });
    if (!known.isEmpty()) {
      AgentLog.info(known.size() + " nodes are as they were when Slurm was seen last");
    }
  }

  private TreeMap<NodeName, Spool> spools(Collection<NodeName> names) throws IOException {
    TreeMap<NodeName, Spool> spools = new TreeMap<>();
    for (NodeName name : names) {
      Spool spool = opened.get(name);
      if (spool == null) {
        spool = Spool.open(folder(name).resolve("spool"));
        opened.put(name, spool);
      }
      spools.put(name, spool);
      kept.addAll(spool.image().runs().keySet());
    }
    return spools;
  }

  private void begin(KnownNode known, Spool spool, DrivenRuns runs, List<LauncherRun> list) {
    NodeName name = known.name();
    StandIn node = new StandIn(known.facts(), 0, spool.image(), records -> keep(spool, records));
    node.begin(runs, list);
    nodes.put(name, node);
    connections.keep(node, () -> up.contains(name));
    hearts.scheduleAtFixedRate(
        () -> beat(node), options.heartbeatMs(), options.heartbeatMs(), TimeUnit.MILLISECONDS);
  }

  /**
   * A heart that stopped in silence would cost the runs of its node: the process is started anew.
   */
  private static void beat(StandIn node) {
    try {
      node.beat();
    } catch (RuntimeException e) {
      AgentLog.warn("node " + node.name() + " cannot go on, the bridge ends: " + e);
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private static void keep(Spool spool, List<SpoolRecord> records) {
    try {
      synchronized (spool) {
        for (SpoolRecord each : records) {
          spool.append(each);
        }
        spool.sync();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends that slurmctld tells, and those that slurmdbd knows. */
  private void findEnds() {
    TreeMap<RunId, NodeName> held = new TreeMap<>();
    nodes.forEach((name, node) -> {
      if (up.contains(name)) {
        node.running().forEach(run -> held.put(run, name));
      }
    });
    driver.findEnds(held, System.currentTimeMillis());
    tellEnds();
    driver.tellUsed(
        System.currentTimeMillis(),
        (job, metrics) -> {
          StandIn node = nodes.get(job.mark().node());
          if (node != null) {
            node.counted(metrics);
          }
        });
  }

  /** What Slurm has and no node holds ends. */
  private void stopOthers() {
    for (DrivenJob each : driver.jobs()) {
      StandIn node = nodes.get(each.mark().node());
      if (node != null && !each.isOver() && !node.mayHave(each.run())) {
        driver.stop(each.run(), Reconciler.ORPHAN_GRACE_MS, System.currentTimeMillis());
      }
    }
  }

  private void tellEnds() {
    List<DrivenJob> over = new ArrayList<>();
    TreeSet<RunId> present = new TreeSet<>();
    for (DrivenJob each : driver.jobs()) {
      present.add(each.run());
      if (each.isOver() && !told.contains(each.run())) {
        over.add(each);
      }
    }
    told.retainAll(present);
    for (DrivenJob each : over) {
      StandIn node = nodes.get(each.mark().node());
      if (node != null) {
        told.add(each.run());
        node.happens(() -> driver.exit(each));
        driver.toldEnd(each, System.currentTimeMillis());
      }
    }
  }
}
