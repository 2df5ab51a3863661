package org.queqiao.agent.slurm;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds when a record was suspended. slurmdbd tells the sum only, and for any stretch of time how
 * long the record ran within it: a stretch that it ran wholly or not at all is known, any other is
 * halved.
 */
final class Suspensions {
  private static final long MS = 1_000;

  /** How long a record ran within a time. */
  interface Ran {
    long seconds(long fromS, long toS) throws SlurmException;
  }

  private final Ran ran;
  private final List<Long> edges = new ArrayList<>();

  private Suspensions(Ran ran) {
    this.ran = ran;
  }

  /** From, to, from, to and so on, in milliseconds. */
  static List<Long> find(long startS, long endS, Ran ran) throws SlurmException {
    Suspensions found = new Suspensions(ran);
    found.look(startS, endS, ran.seconds(startS, endS));
    return List.copyOf(found.edges);
  }

  private void look(long fromS, long toS, long ranS) throws SlurmException {
    if (ranS == toS - fromS) {
      return;
    }
    // A second that is told to be half is taken as not run: nothing shorter is known.
    if (ranS == 0 || toS - fromS <= 1) {
      int last = edges.size() - 1;
      if (last >= 0 && edges.get(last) == fromS * MS) {
        edges.set(last, toS * MS);
      } else {
        edges.add(fromS * MS);
        edges.add(toS * MS);
      }
      return;
    }
    long middleS = fromS + (toS - fromS) / 2;
    long firstS = ran.seconds(fromS, middleS);
    look(fromS, middleS, firstS);
    look(middleS, toS, ranS - firstS);
  }
}
