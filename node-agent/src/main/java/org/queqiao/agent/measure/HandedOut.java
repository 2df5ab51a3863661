package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.id.RunId;

/**
 * Where monitors hand out the counters of their runs: in a folder of the launcher's spool that
 * nobody but this agent and root enters. Monitors of before look at an abstract address, which any
 * user of the node can take up: there is one only while a run is alive that has not answered in the
 * folder. Used by one thread.
 */
final class HandedOut implements AutoCloseable {
  /** The name in the folder; there is one agent. */
  private static final int NUMBER = 1;

  /** Runs whose counters are taken in one beat, at most, at each of the two places. */
  private static final int RUNS_MAX = 512;

  private final Shim shim;
  private final Path folder;
  private final ObjIntConsumer<RunId> monitors;
  private final Consumer<String> warnings;

  /** Asked in the beat before, and not there yet. */
  private final Set<RunId> asked = new TreeSet<>();

  private Optional<Shim.Handouts> own = Optional.empty();
  private Optional<Shim.Handouts> older = Optional.empty();

  /** Why the agent does not listen in the folder, as it was last said. */
  private String trouble = "";

  /**
   * Asks nobody yet.
   *
   * @param folder that the launcher made for it, unless it is older than this agent
   * @param monitors asks the monitor of a run to hand its counters out under a number
   * @param warnings takes why nothing can be handed out in the folder
   */
  HandedOut(Shim shim, Path folder, ObjIntConsumer<RunId> monitors, Consumer<String> warnings) {
    this.shim = shim;
    this.folder = folder;
    this.monitors = monitors;
    this.warnings = warnings;
  }

  /** A launcher may have been replaced by one that makes the folder. */
  private void listen() {
    if (own.isPresent() || shim.absence().isPresent()) {
      return;
    }
    try {
      own = Optional.of(shim.handouts(folder, NUMBER));
      trouble = "";
    } catch (IOException e) {
      if (!trouble.equals(e.getMessage())) {
        trouble = e.getMessage();
        warnings.accept("runs have no series, but those of monitors of before: " + trouble);
      }
    }
  }

  /** Why nothing can be handed out in the folder, if so. The launcher is there. */
  Optional<String> absence() {
    listen();
    return Optional.of(trouble).filter(why -> !why.isEmpty());
  }

  /**
   * The monitor of a run hands its counters out until the next beat, if it looks for the folder.
   */
  void ask(RunId run) {
    own.ifPresent(each -> monitors.accept(run, each.number()));
  }

  /** What was handed out since the last beat; each is the caller's to close. */
  TreeMap<RunId, Shim.Handed> take() {
    TreeMap<RunId, Shim.Handed> out = new TreeMap<>();
    own.ifPresent(each -> take(each, out));
    older.ifPresent(each -> take(each, out));
    return out;
  }

  private void take(Shim.Handouts from, TreeMap<RunId, Shim.Handed> out) {
    shim.take(
        from,
        RUNS_MAX,
        (run, handed) -> {
          Shim.Handed twice = out.put(run, handed);
          if (twice != null) {
            shim.close(twice);
          }
        });
  }

  /**
   * Asks for those that are not there yet; who was asked before in vain, at both places. The socket
   * in the folder may have been removed, or be another agent's by now: it is made anew.
   */
  void askAgain(Collection<RunId> missing) {
    asked.retainAll(missing);
    if (!asked.isEmpty()) {
      closeOwn();
    }
    if (!missing.isEmpty()) {
      listen();
    }
    boolean inVain = own.isEmpty() ? !missing.isEmpty() : !asked.isEmpty();
    if (inVain && older.isEmpty()) {
      older = shim.abstractHandouts();
    } else if (!inVain) {
      closeOlder();
    }
    for (RunId run : missing) {
      ask(run);
      if (own.isEmpty() || asked.contains(run)) {
        older.ifPresent(each -> monitors.accept(run, each.number()));
      }
    }
    asked.addAll(missing);
  }

  private void closeOlder() {
    older.ifPresent(each -> shim.close(each.fd()));
    older = Optional.empty();
  }

  private void closeOwn() {
    own.ifPresent(each -> shim.close(each.fd()));
    own = Optional.empty();
  }

  @Override
  public void close() {
    closeOlder();
    closeOwn();
  }
}
