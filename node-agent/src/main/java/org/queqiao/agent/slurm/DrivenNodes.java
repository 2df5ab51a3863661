package org.queqiao.agent.slurm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.reconcile.Reconciler;
import org.queqiao.agent.reconcile.SpoolRecord;
import org.queqiao.agent.spool.Spool;
import org.queqiao.agent.standin.StandIn;
import org.queqiao.agent.standin.StandIns;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeFacts.NumaNode;

/** Stands in for the nodes of Slurm that Queqiao decides about. */
final class DrivenNodes {
  private static final long MEBIBYTE = 1 << 20;

  private final DriveOptions options;
  private final SlurmProcess slurm;
  private final SlurmDriver driver;
  private final OrderSeal seal;
  private final StandIns connections;
  private final TreeMap<NodeName, StandIn> nodes = new TreeMap<>();

  /** Runs of before that were not told to have ended. */
  private final TreeSet<RunId> kept = new TreeSet<>();

  /** Ends that the nodes know: slurmctld repeats them for some minutes. */
  private final TreeSet<RunId> told = new TreeSet<>();

  private final ConcurrentSkipListSet<NodeName> up = new ConcurrentSkipListSet<>();
  private final ScheduledExecutorService hearts =
      Executors.newScheduledThreadPool(
          1, Thread.ofPlatform().name("driven-hearts").daemon().factory());
  private String said = "";

  DrivenNodes(DriveOptions options, SlurmProcess slurm) throws IOException {
    this.options = options;
    this.slurm = slurm;
    this.driver = new SlurmDriver(slurm, options.partition(), options.giveUpMs());
    this.seal = OrderSeal.read(options.launchKey());
    this.connections = new StandIns(options.data(), options.heartbeatMs(), true);
  }

  /** Until its thread is interrupted. */
  void run() throws InterruptedException, IOException {
    while (true) {
      try {
        look();
        said = "";
      } catch (SlurmException e) {
        if (!said.equals(e.getMessage())) {
          said = e.getMessage();
          AgentLog.warn("no word of Slurm: " + said);
        }
        findEnds();
      }
      TimeUnit.MILLISECONDS.sleep(options.pollMs());
    }
  }

  private void look() throws SlurmException, IOException {
    List<SlurmNode> seen = driver.look(kept, System.currentTimeMillis());
    if (!slurm.cluster().equals(options.cluster().value())) {
      throw new SlurmException(
          0,
          "its configuration is of cluster "
              + slurm.cluster()
              + ", and this bridge was started for "
              + options.cluster());
    }
    TreeMap<NodeName, SlurmNode> begins = new TreeMap<>();
    for (SlurmNode each : seen) {
      NodeName name = new NodeName(each.name());
      if (each.isUp() ? up.add(name) : up.remove(name)) {
        AgentLog.info("node " + name + (each.isUp() ? " is up" : " is away: " + each.reason()));
      }
      if (each.isUp() && !nodes.containsKey(name)) {
        begins.put(name, each);
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

  /** Their runs of before are looked for first. */
  private void begin(TreeMap<NodeName, SlurmNode> begins) throws SlurmException, IOException {
    if (begins.isEmpty()) {
      return;
    }
    TreeMap<NodeName, Spool> spools = new TreeMap<>();
    for (NodeName name : begins.keySet()) {
      Path folder = options.data().resolve("nodes").resolve(name.value());
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Spool spool = Spool.open(folder.resolve("spool"));
      spools.put(name, spool);
      kept.addAll(spool.image().runs().keySet());
    }
    driver.look(kept, System.currentTimeMillis());
    kept.clear();
    spools.forEach((name, spool) -> {
      StandIn node =
          new StandIn(facts(begins.get(name)), 0, spool.image(), records -> keep(spool, records));
      node.begin(new DrivenRuns(name, driver, seal));
      nodes.put(name, node);
      connections.keep(node, () -> up.contains(name) && !driver.isAway());
      hearts.scheduleAtFixedRate(
          () -> beat(node), options.heartbeatMs(), options.heartbeatMs(), TimeUnit.MILLISECONDS);
    });
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
        node.happens(each::exit);
      }
    }
  }

  private static NodeFacts facts(SlurmNode node) {
    int cores = (int) node.cpus();
    List<Integer> all = new ArrayList<>();
    for (int core = 0; core < cores; core++) {
      all.add(core);
    }
    return new NodeFacts(
        new NodeName(node.name()),
        "slurm-" + node.name() + "-" + node.bootS(),
        cores,
        node.memMib() * MEBIBYTE,
        List.of(),
        "slurm",
        "",
        List.of(
            "processes: Slurm launches what runs here",
            "devices: those of a node under Slurm are not offered"),
        List.of(new NumaNode(0, all)),
        true);
  }
}
