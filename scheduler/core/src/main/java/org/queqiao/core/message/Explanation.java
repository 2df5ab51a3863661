package org.queqiao.core.message;

import java.util.List;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;

/**
 * What keeps a waiting job from starting, at one moment. Jobs of others are named here; who may not
 * see them is told their number only.
 *
 * @param job the job as it is then
 * @param why the reason in Slurm's word
 * @param room what it needs and what there is
 * @param holders who holds what is missing, the first to end first; at most {@link #MAX_LISTED}
 * @param holderCount how many they are in all
 * @param ahead who comes before it in the queue, the first first; at most {@link #MAX_LISTED}
 * @param aheadCount how many they are in all, or at least where not all were looked at; -1 for a
 *     job that is not in the queue
 * @param inQueue how many jobs may start as far as they themselves are concerned
 * @param looked how many jobs of the queue were looked at where others before it were not; 0 where
 *     all were
 * @param limits every limit that it is under
 * @param priority its terms
 * @param kept the reservations that keep nodes from it that it could use, by name
 * @param preempting whom it pushes aside, or may
 * @param tasks where the tasks of an array are; null for a job that is none
 * @param components of a job with components: its own nodes, then each component
 * @param groups of a job whose own nodes are of several groups, such as named ones and others
 * @param lacks what is missing on its own nodes that could serve it, and licences, what most nodes
 *     lack first; empty where enough nodes have room
 * @param unpaid why no wallet or budget pays for it now; empty where that is no matter
 */
public record Explanation(
    ClusterImage.JobImage job,
    PendingWhy why,
    Room room,
    List<Holder> holders,
    int holderCount,
    List<Other> ahead,
    int aheadCount,
    int inQueue,
    int looked,
    List<LimitUse> limits,
    PriorityTerms priority,
    List<Kept> kept,
    Preempting preempting,
    Tasks tasks,
    List<Component> components,
    List<Group> groups,
    List<Lack> lacks,
    String unpaid) {
  /** How many jobs a list names at most. */
  public static final int MAX_LISTED = 200;

  public Explanation {
    holders = List.copyOf(holders);
    ahead = List.copyOf(ahead);
    limits = List.copyOf(limits);
    kept = List.copyOf(kept);
    components = List.copyOf(components);
    groups = List.copyOf(groups);
    lacks = List.copyOf(lacks);
  }

  /**
   * How far a part of its dependency is. What each task of an array waits for of another array is
   * no matter of the whole: it is told by what the whole waits for when all else is there.
   */
  public Progress progress(int part) {
    Progress known = job.dependencies().get(part).progress();
    DependencyRule rule = job.spec().terms().dependency();
    boolean byTask =
        job.array() != null
            && rule.parts().get(part).kind() == Dependency.Kind.AFTER_CORRESPONDING
            && job.dependencies().stream().allMatch(it -> it.progress() == Progress.FULFILLED);
    if (byTask && why.word().equals(PendingReason.DEPENDENCY.slurmWord())) {
      return Progress.WAITING;
    }
    return byTask && why.word().equals(PendingReason.DEPENDENCY_NEVER_SATISFIED.slurmWord())
        ? Progress.FAILED
        : known;
  }

  /** Whether more may be before it than were counted. */
  public boolean isCut() {
    return looked > 0;
  }

  /**
   * What a job needs and what there is of it. Where tasks do not divide evenly, some of its nodes
   * need the larger number of cores.
   *
   * @param nodes how many nodes it needs
   * @param cores on each of them, at least
   * @param largeNodes on how many of them it needs {@code largeCores}
   * @param fitNow nodes that have room for {@code cores} and the rest now
   * @param largeFitNow nodes that have room for {@code largeCores} and the rest now
   * @param fitIdle nodes that take runs and would have room if nothing ran on them
   * @param drained nodes that would have room and are drained
   * @param down nodes that would have room and are down
   * @param freeCores over all nodes of its partition that take runs
   * @param usableCores the same, free or not
   */
  public record Room(
      int nodes,
      int cores,
      int largeNodes,
      int largeCores,
      int fitNow,
      int largeFitNow,
      int fitIdle,
      int drained,
      int down,
      long freeCores,
      long usableCores) {}

  /**
   * What one component of a job needs and what there is of it.
   *
   * @param nodes how many nodes it needs
   * @param cores on each of them
   * @param fitNow nodes that have room for it now
   * @param fitIdle nodes that take runs and would have room if nothing ran on them
   * @param lacks what keeps it from starting: what a {@link Lack} says, {@code nodes} where those
   *     that could serve it are too few, {@code contiguous} or {@code switches} where those that
   *     have room do not lie so; empty where it has room
   */
  public record Component(int nodes, int cores, int fitNow, int fitIdle, String lacks) {}

  /**
   * Something of which too little is free.
   *
   * @param what {@code cores}, {@code memory}, {@code gres/NAME}, {@code gres/NAME:MODEL} or {@code
   *     licence/NAME}
   * @param nodes how many nodes that could serve the job lack it; 0 for a licence
   */
  public record Lack(String what, int nodes) {}

  /**
   * What one group of a job's own nodes needs and what there is of it. A node may serve several.
   *
   * @param what {@code nodeList} for those that it names, {@code count 1} for those of the first
   *     count of its constraint, {@code others}
   * @param nodes how many nodes it needs
   * @param fitNow nodes that have room for it now
   * @param fitIdle nodes that take runs and would have room if nothing ran on them
   */
  public record Group(String what, int nodes, int fitNow, int fitIdle) {}

  /**
   * Another job, with what decides who may see it.
   *
   * @param promisedMs the start that it was promised on declared limits, or 0
   */
  public record Other(JobId job, UserName user, ProjectName project, long promisedMs) {}

  /**
   * A run that holds what is missing on nodes that the job could use, or licences.
   *
   * @param cores on those nodes; 0 for one that holds licences alone
   * @param endsByMs it ends by then, at its time limit or deadline
   */
  public record Holder(Other other, int cores, long endsByMs) {}

  /**
   * The runs that are being ended so that a job can start.
   *
   * @param runs by number; at most {@link #MAX_LISTED}
   * @param count how many they are in all
   * @param goneByMs when the last of them is killed; 0 for none
   * @param mayBe how many of the holders it may push aside, if that is enough for it to start
   * @param exempt how many of those have not run long enough yet to be pushed aside
   * @param keeps what those of them that would be suspended keep, so that it could not start with
   *     their cores; empty where that is not so
   * @param claims the room that waiting jobs claim, this one's first; at most {@link #MAX_LISTED}
   * @param claimCount how many jobs claim room in all
   */
  public record Preempting(
      List<Other> runs,
      int count,
      long goneByMs,
      int mayBe,
      int exempt,
      List<Lack> keeps,
      List<RoomClaim> claims,
      int claimCount) {
    public Preempting {
      runs = List.copyOf(runs);
      keeps = List.copyOf(keeps);
      claims = List.copyOf(claims);
    }
  }

  /**
   * Room that a job claims which goes before all others: what runs leave that make room, for it or,
   * where none does, for others, beside what is free.
   *
   * @param by the job
   * @param starts for how many starts: 1, or so many tasks of an array
   * @param runs those that leave, by number; at most {@link #MAX_LISTED}
   * @param runCount how many they are in all
   * @param nodes the nodes that they leave, by name
   * @param goneByMs when the last of them is killed or stopped; 0 for none
   */
  public record RoomClaim(
      Other by, int starts, List<Other> runs, int runCount, List<NodeName> nodes, long goneByMs) {
    public RoomClaim {
      runs = List.copyOf(runs);
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * A reservation that keeps nodes from a job before its time limit would be over.
   *
   * @param known whether its owner may know of it
   * @param nodes how many nodes that the job could use
   * @param fromMs when it began, or begins
   * @param toMs when it ends; a node is kept until that is said to be so
   * @param open whether it has begun
   */
  public record Kept(
      ReservationName name,
      boolean known,
      boolean maintenance,
      int nodes,
      long fromMs,
      long toMs,
      boolean open) {}

  /**
   * Where the tasks of an array are.
   *
   * @param all how many there are
   * @param waiting not started yet
   * @param running they hold resources
   * @param again they were started, and wait again
   * @param ended how many ended in which state
   */
  public record Tasks(
      int all, int waiting, int running, int again, List<ArrayImage.StateCount> ended) {
    public Tasks {
      ended = List.copyOf(ended);
    }

    /** Of an array whose every task has ended. */
    public static Tasks ofEnded(ClusterImage.JobImage array) {
      return new Tasks(array.spec().array().tasks().count(), 0, 0, 0, array.array().ended());
    }
  }

  /**
   * A limit with its use.
   *
   * @param used by others than this job; 0 for a limit of each job
   * @param asks what this job would add
   */
  public record LimitUse(Subject subject, Limit limit, long used, long asks) {
    /** Whether it does not let the job start. */
    public boolean blocks() {
      return asks > 0 && asks > limit.most() - used;
    }

    /** Whether it would not let the job start with nothing else there either. */
    public boolean isNeverMet() {
      return asks > 0 && asks > limit.most();
    }
  }
}
