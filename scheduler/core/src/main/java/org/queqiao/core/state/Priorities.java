package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.core.predict.Experience;

/**
 * What the site decided about order and shares, and what is counted for it: the use of each member,
 * QOS and partition, and the groups of waiting jobs.
 */
public final class Priorities {
  private final TreeMap<PlatformName, PlatformDefined> platforms = new TreeMap<>();
  private final TreeMap<QosName, QosDefined> qos = new TreeMap<>();
  private final TreeMap<Subject, Rules> rules = new TreeMap<>();
  private final UsageTable usage = new UsageTable();
  private final Backlog backlog;
  private final Tallies tallies = new Tallies();

  Priorities(Offered offered) {
    this.backlog = new Backlog(offered);
  }

  void restore(PrioritiesImage image) {
    image.platforms().forEach(this::define);
    image.qos().forEach(this::define);
    image.rules().forEach(each -> rules.put(each.subject(), each.rules()));
    tallies.reset(limited());
    usage.restore(image);
  }

  PrioritiesImage image() {
    List<RulesSet> ruleImages = new ArrayList<>();
    rules.forEach((subject, each) -> ruleImages.add(new RulesSet(subject, each)));
    return new PrioritiesImage(
        List.copyOf(platforms.values()),
        List.copyOf(qos.values()),
        policy(),
        ruleImages,
        usage.sinceMs(),
        usage.baseMs(),
        usage.images(),
        usage.partImages());
  }

  void define(PlatformDefined platform) {
    platforms.put(platform.name(), platform);
  }

  void define(QosDefined definition) {
    qos.put(definition.name(), definition);
  }

  private List<Subject> limited() {
    return rules.entrySet().stream()
        .filter(each -> !each.getValue().limits().isEmpty())
        .map(java.util.Map.Entry::getKey)
        .toList();
  }

  /** What is decided about a subject; limits are counted anew, because others may be concerned. */
  void set(Subject subject, Rules next, Collection<Job> jobs) {
    if (next.equals(Rules.NONE)) {
      rules.remove(subject);
    } else {
      rules.put(subject, next);
    }
    tallies.reset(limited());
    if (!tallies.isEmpty()) {
      jobs.forEach(job -> tallies.count(job, platformOf(job.spec().project()), 1));
    }
  }

  /** Another policy begins: use is carried over and all groups are made anew. */
  void redefine(PriorityPolicy next, Collection<Job> jobs, long nowMs) {
    List<Job> running = jobs.stream().filter(JobClock::isMetered).toList();
    running.forEach(job -> usage.running(job, -1));
    usage.redefine(next, running, nowMs);
    running.forEach(job -> usage.running(job, 1));
    backlog.clear();
    for (Job job : jobs) {
      if (job.startable()) {
        backlog.add(job, next);
      }
    }
  }

  /** Runs a change after which jobs that leave something to their nodes may get more or less. */
  void moveThoseThatLeaveToNodes(Runnable change) {
    backlog.moveThoseThatLeaveToNodes(policy(), change);
  }

  /** A run ends and is still counted as running. */
  void ended(Job job, Collection<Job> jobs, long endMs, long nowMs) {
    usage.closed(job, endMs);
    if (usage.mustMove(nowMs)) {
      List<Job> running = jobs.stream().filter(JobClock::isMetered).toList();
      running.forEach(each -> usage.running(each, -1));
      usage.move(nowMs);
      running.forEach(each -> usage.running(each, 1));
    }
  }

  /** A run is stopped or goes on: what it used until then is used. */
  void edge(Job job, long atMs) {
    usage.closed(job, atMs);
  }

  /** Whether what may start changes as time passes, by order or by limits. */
  public boolean orderMoves() {
    return policy().age() != 0 || policy().fairShare() != 0 || !tallies.isEmpty();
  }

  void beginAt(long nowMs) {
    usage.beginAt(nowMs);
  }

  /** Whether the site gave any weight to anything: then its weights order the queue. */
  public boolean hasWeights() {
    PriorityPolicy policy = policy();
    return policy.age() != 0
        || policy.fairShare() != 0
        || policy.jobSize() != 0
        || policy.partition() != 0
        || policy.qos() != 0
        || policy.project() != 0
        || policy.site() != 0
        || !policy.tres().isEmpty();
  }

  /** When many of the kind of a job wait and nobody knows it, sends the first of them ahead. */
  void tryUnknown(Job job) {
    if (!job.startable() || !job.experience().asksForATrial()) {
      return;
    }
    Job first = backlog.firstLike(job, policy());
    backlog.remove(first, policy());
    first.experience().tried(TasksAhead.trialNumber(first));
    backlog.add(first, policy());
  }

  /** A run of this kind took so long. */
  void learn(Experience kind, long runMs) {
    boolean trusted = kind.trustsKinds();
    if (kind.known() || kind.waiting() == 0) {
      kind.ended(runMs);
    } else {
      backlog.learn(kind, policy(), () -> kind.ended(runMs));
    }
    if (kind.trustsKinds() == trusted) {
      backlog.believedAnew(kind);
    } else {
      backlog.userBelievedAnew(kind);
    }
  }

  /** Jobs will be counted one by one before anybody looks, until {@link #entered}. */
  void enterMany() {
    backlog.enterMany();
  }

  void entered() {
    backlog.entered(policy());
  }

  /** Counts a job in what is derived from it. */
  void index(Job job) {
    if (job.startable()) {
      backlog.add(job, policy());
    }
    if (JobClock.isMetered(job)) {
      usage.running(job, 1);
    }
    tallies.count(job, platformOf(job.spec().project()), 1);
  }

  /** Takes back what {@link #index} counted, before the job changes. */
  void unindex(Job job) {
    if (job.startable()) {
      backlog.remove(job, policy());
    }
    if (JobClock.isMetered(job)) {
      usage.running(job, -1);
    }
    tallies.count(job, platformOf(job.spec().project()), -1);
  }

  public PriorityPolicy policy() {
    return usage.policy();
  }

  public Optional<PlatformDefined> platform(PlatformName name) {
    return Optional.ofNullable(platforms.get(name));
  }

  /** By name. */
  public Collection<PlatformDefined> platforms() {
    return Collections.unmodifiableCollection(platforms.values());
  }

  public Optional<QosDefined> qos(QosName name) {
    return Optional.ofNullable(qos.get(name));
  }

  /** By name. */
  public Collection<QosDefined> allQos() {
    return Collections.unmodifiableCollection(qos.values());
  }

  /** What was decided about a subject. */
  public Rules rules(Subject subject) {
    return rules.getOrDefault(subject, Rules.NONE);
  }

  /** The platform that owns a project, or null. */
  public PlatformName platformOf(ProjectName project) {
    return rules(new Subject.Project(project)).platform();
  }

  public UsageTable usage() {
    return usage;
  }

  public Tallies tallies() {
    return tallies;
  }

  public Backlog backlog() {
    return backlog;
  }
}
