package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.core.predict.Experience;

/**
 * The jobs that may start now, in groups whose members differ in age alone. All terms of a priority
 * but age are the same within a group, and so is what is believed of their run times, so its oldest
 * job is its best one at any time, and a pass needs the place of one job of each group. A job
 * enters and leaves in logarithmic time; nothing is sorted anew when time passes, usage changes or
 * another job ends, unless it is the first of its kind.
 */
public final class Backlog {
  private static final TreeSet<UserName> NOBODY = new TreeSet<>();
  private static final TreeSet<Group> NO_GROUPS = new TreeSet<>();

  private final TreeMap<Group, TreeMap<Place, Job>> groups = new TreeMap<>();

  private final TreeMap<UserName, TreeSet<Group>> ofUser = new TreeMap<>();

  /** Users by the number that their jobs have or had, whose runs are learnt from together. */
  private final LinkedHashMap<Integer, TreeSet<UserName>> names = new LinkedHashMap<>();

  private final QueueChanges changes = new QueueChanges();

  /** While many enter at once: those that have no place yet; else null. */
  private List<Job> entering;

  private int arrays;
  private int size;
  private int jobs;

  private final Offered offered;

  Backlog(Offered offered) {
    this.offered = offered;
  }

  /**
   * What the jobs of a group share.
   *
   * @param qos or empty
   * @param fixedMicro the terms that depend on the job alone (size, resources, nice), in millionths
   *     of a point
   * @param lot what decides how long they are believed to run
   * @param moreCores how many cores they hold at the least beyond those that they ask for
   */
  public record Group(
      PartitionName partition,
      ProjectName project,
      UserName user,
      String qos,
      long fixedMicro,
      Lot lot,
      long moreCores)
      implements Comparable<Group> {
    /** Whether all terms of their priorities but age are the same. */
    public boolean ranksAs(Group other) {
      return fixedMicro == other.fixedMicro
          && user.equals(other.user)
          && project.equals(other.project)
          && partition.equals(other.partition)
          && qos.equals(other.qos);
    }

    @Override
    public int compareTo(Group other) {
      int order = partition.compareTo(other.partition);
      order = order != 0 ? order : project.compareTo(other.project);
      order = order != 0 ? order : user.compareTo(other.user);
      order = order != 0 ? order : qos.compareTo(other.qos);
      order = order != 0 ? order : Long.compare(fixedMicro, other.fixedMicro);
      order = order != 0 ? order : Long.compare(moreCores, other.moreCores);
      return order != 0 ? order : lot.compareTo(other.lot);
    }
  }

  /** The groups with at least one job, and their jobs by age and number. */
  public NavigableMap<Group, TreeMap<Place, Job>> groups() {
    return Collections.unmodifiableNavigableMap(groups);
  }

  /** The group of a job; of an array that of the tasks that do not go ahead of the others. */
  private Group groupOf(Job job, PriorityPolicy policy) {
    return groupOf(job, policy, Lot.of(job));
  }

  private Group groupOf(Job job, PriorityPolicy policy, Lot lot) {
    QosName qos = job.spec().qos();
    return new Group(
        job.spec().partition(),
        job.spec().project(),
        job.user(),
        qos == null ? "" : qos.value(),
        fixedMicro(job, policy),
        lot,
        cores(job.spec()) - job.spec().totalCores());
  }

  /**
   * Where a job stands in its group.
   *
   * @param ageStep the step of age in which it may start since; 0 where age has no weight
   * @param number its number in the queue
   * @param index among tasks of one array: the index
   */
  public record Place(long ageStep, long number, int index) implements Comparable<Place> {
    private static Place of(Job job, PriorityPolicy policy, int index) {
      long step = policy.age() == 0 ? 0 : Backlog.ageStep(job.eligibleMs(), policy);
      return new Place(step, job.queueNumber(), index);
    }

    @Override
    public int compareTo(Place other) {
      int order = Long.compare(ageStep, other.ageStep);
      order = order != 0 ? order : Long.compare(number, other.number);
      return order != 0 ? order : Integer.compare(index, other.index);
    }
  }

  /**
   * The step of age that a moment lies in. A job grows older by a millionth of the full age with
   * each, all jobs at once: so none passes another because time passes, before it has the full age.
   */
  public static long ageStep(long timeMs, PriorityPolicy policy) {
    return Ratio.scaled(timeMs, Ratio.MILLION, policy.maxAgeMs());
  }

  /** Where a job stands: once, but an array also for each task that goes ahead of the others. */
  public void places(Job job, PriorityPolicy policy, BiConsumer<Group, Place> each) {
    if (job.array() != null) {
      int promised = TasksAhead.promised(job);
      int trial = TasksAhead.trial(job);
      if (promised >= 0) {
        each.accept(
            groupOf(job, policy, Lot.promised(job.promisedMs())), placeOf(job, policy, promised));
      }
      if (trial >= 0 && trial != promised) {
        Lot lot = Lot.trial(job.experience().kind());
        each.accept(groupOf(job, policy, lot), placeOf(job, policy, trial));
      }
      if (TasksAhead.nextOther(job, 0) < 0) {
        return;
      }
    }
    each.accept(groupOf(job, policy), Place.of(job, policy, job.queueIndex()));
  }

  private static Place placeOf(Job array, PriorityPolicy policy, int task) {
    return Place.of(array, policy, array.spec().array().tasks().at(task));
  }

  /** Jobs will enter one by one before anybody looks, until {@link #entered}. */
  void enterMany() {
    entering = new ArrayList<>();
  }

  /** Those who entered get their places, all at once; before anybody looks for one of them. */
  void entered(PriorityPolicy policy) {
    if (entering == null) {
      return;
    }
    TreeMap<Group, SortedEntries<Place, Job>> fresh = new TreeMap<>();
    for (Job job : entering) {
      name(job);
      places(
          job,
          policy,
          (group, place) -> {
            if (groups.containsKey(group)) {
              add(job, group, place);
            } else {
              fresh.computeIfAbsent(group, _ -> new SortedEntries<>()).add(place, job);
            }
          });
    }
    jobs += entering.size();
    entering = null;
    fresh.forEach((group, entries) -> {
      TreeMap<Place, Job> placed = entries.toTree();
      groups.put(group, placed);
      ofUser.computeIfAbsent(group.user(), _ -> new TreeSet<>()).add(group);
      size += placed.size();
      placed.values().forEach(job -> arrays += isOfArray(job) ? 1 : 0);
    });
  }

  private void name(Job job) {
    names.computeIfAbsent(job.uid(), _ -> new TreeSet<>()).add(job.user());
  }

  void add(Job job, PriorityPolicy policy) {
    if (entering != null) {
      entering.add(job);
      return;
    }
    int before = size;
    places(job, policy, (group, place) -> add(job, group, place));
    jobs += size > before ? 1 : 0;
    name(job);
    changes.note(job);
  }

  private void add(Job job, Group group, Place place) {
    TreeMap<Place, Job> placed = groups.get(group);
    if (placed == null) {
      placed = new TreeMap<>();
      groups.put(group, placed);
      ofUser.computeIfAbsent(group.user(), _ -> new TreeSet<>()).add(group);
    }
    if (placed.put(place, job) == null) {
      size++;
      arrays += isOfArray(job) ? 1 : 0;
    }
  }

  void remove(Job job, PriorityPolicy policy) {
    entered(policy);
    int before = size;
    places(job, policy, (group, place) -> remove(job, group, place));
    jobs -= size < before ? 1 : 0;
    changes.note(job);
  }

  private void remove(Job job, Group group, Place place) {
    TreeMap<Place, Job> placed = groups.get(group);
    if (placed == null || placed.remove(place) == null) {
      return;
    }
    if (placed.isEmpty()) {
      groups.remove(group);
      TreeSet<Group> others = ofUser.get(group.user());
      others.remove(group);
      if (others.isEmpty()) {
        ofUser.remove(group.user());
      }
    }
    size--;
    arrays -= isOfArray(job) ? 1 : 0;
  }

  private static boolean isOfArray(Job job) {
    return job.array() != null || job.task() != null;
  }

  /** How many places there are: of jobs that may start, and of tasks ahead of their arrays. */
  public int size() {
    return size;
  }

  /** How many jobs may start, an array counted once. */
  public int jobs() {
    return jobs;
  }

  /** How many arrays, and tasks that wait again, are among the jobs. */
  public int arrays() {
    return arrays;
  }

  /** Begins to note for {@link #changed} what enters, leaves or is believed anew. */
  public void noteChanges() {
    changes.keep();
  }

  /**
   * The jobs that entered or left, or may have another place, since the last call; null when that
   * is not known: then the order is to be made anew.
   */
  public Collection<Job> changed() {
    if (!changes.kept()) {
      return null;
    }
    TreeMap<JobId, Job> all = new TreeMap<>();
    changes.jobs().forEach(job -> all.put(job.id(), job));
    TreeSet<UserName> wholly = new TreeSet<>();
    changes.users().forEach(user -> wholly.addAll(names.getOrDefault(user, NOBODY)));
    TreeSet<UserName> users = new TreeSet<>(wholly);
    changes.kinds().forEach(kind -> users.addAll(names.getOrDefault(kind.user(), NOBODY)));
    for (UserName user : users) {
      for (Group group : ofUser.getOrDefault(user, NO_GROUPS)) {
        boolean known = group.lot().rank() == Lot.Rank.KNOWN && !wholly.contains(user);
        if (!known || changes.kinds().contains(group.lot().kind())) {
          groups.get(group).values().forEach(job -> all.put(job.id(), job));
        }
      }
    }
    changes.keep();
    return all.values();
  }

  /** The first of the kind of a job that waits in the same group, in which the job itself is. */
  Job firstLike(Job job, PriorityPolicy policy) {
    entered(policy);
    Group group = groupOf(job, policy);
    for (Job each : groups.getOrDefault(group, new TreeMap<>()).values()) {
      if (each.experience() == job.experience()) {
        return each;
      }
    }
    // An array of which no more waits than what was promised a start.
    return job;
  }

  /** Runs a change after which jobs of a kind that nobody had seen end belong to other lots. */
  void learn(Experience kind, PriorityPolicy policy, Runnable change) {
    List<Job> moved = new ArrayList<>();
    Lot lot = Lot.unknown(kind.kind());
    for (Group group : groupsLike(kind)) {
      if (group.lot().equals(lot)) {
        groups.get(group).values().stream()
            .filter(job -> job.experience() == kind)
            .forEach(moved::add);
      }
    }
    moved.forEach(job -> remove(job, policy));
    change.run();
    moved.forEach(job -> add(job, policy));
  }

  /** What is believed of jobs of this kind, or of its user, has changed. */
  void believedAnew(Experience kind) {
    changes.believedAnew(kind.kind());
  }

  /** What is believed of all kinds of the user of this one has changed. */
  void userBelievedAnew(Experience kind) {
    changes.believedAnew(kind.kind().user());
  }

  /** The groups of all who share the number of a kind's user. */
  private List<Group> groupsLike(Experience kind) {
    List<Group> out = new ArrayList<>();
    for (UserName name : names.getOrDefault(kind.kind().user(), NOBODY)) {
      out.addAll(ofUser.getOrDefault(name, NO_GROUPS));
    }
    return out;
  }

  void clear() {
    groups.clear();
    names.clear();
    ofUser.clear();
    arrays = 0;
    size = 0;
    jobs = 0;
    changes.forget();
  }

  private long fixedMicro(Job job, PriorityPolicy policy) {
    return Math.addExact(
        Math.addExact(sizeMicro(job, policy), tresMicro(job, policy)), niceMicro(job, policy));
  }

  /** The least that a job holds when it runs. */
  public Demand least(JobSpec spec) {
    return Demand.least(spec, offered.of(spec.partition()));
  }

  private long cores(JobSpec spec) {
    return spec.placement().exclusive() ? least(spec).cores() : spec.totalCores();
  }

  /** Runs a change after which jobs that leave something to their nodes may get more or less. */
  void moveThoseThatLeaveToNodes(PriorityPolicy policy, Runnable change) {
    TreeMap<JobId, Job> moved = new TreeMap<>();
    if (entering == null) {
      boolean weighed = !policy.tres().isEmpty();
      for (TreeMap<Place, Job> jobs : groups.values()) {
        for (Job each : jobs.values()) {
          if (each.spec().placement().exclusive() || weighed && leavesMemory(each.spec())) {
            moved.put(each.id(), each);
          }
        }
      }
    }
    moved.values().forEach(job -> remove(job, policy));
    change.run();
    moved.values().forEach(job -> add(job, policy));
  }

  private static boolean leavesMemory(JobSpec spec) {
    return spec.components().stream().anyMatch(each -> each.memOnNode(each.nodes() - 1) == 0);
  }

  /** The size term of a job, in millionths of a point. */
  private long sizeMicro(Job job, PriorityPolicy policy) {
    return policy.jobSize() == 0 ? 0 : Math.multiplyExact(policy.jobSize(), sizePpm(job, policy));
  }

  /** The size factor of a job in millionths. */
  public long sizePpm(Job job, PriorityPolicy policy) {
    long ppm = Ratio.ppm(cores(job.spec()), policy.sizeCores());
    return policy.favorSmall() ? Ratio.MILLION - ppm : ppm;
  }

  /** The terms of the resources that a job holds at the least, in millionths of a point. */
  private long tresMicro(Job job, PriorityPolicy policy) {
    if (policy.tres().isEmpty()) {
      return 0;
    }
    Demand demand = least(job.spec());
    long micro = 0;
    for (ResourceWeight each : policy.tres()) {
      long ppm = Ratio.ppm(demand.amount(each), each.per());
      micro = Math.addExact(micro, Math.multiplyExact(each.weight(), ppm));
    }
    return micro;
  }

  /** What nice takes away or adds, in millionths of a point. */
  private static long niceMicro(Job job, PriorityPolicy policy) {
    long points = Math.multiplyExact(policy.nice(), (long) job.spec().terms().nice());
    return Math.negateExact(Math.multiplyExact(points, Ratio.MILLION));
  }
}
