package org.queqiao.core.state;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.core.decay.UsageClock;

/**
 * What each member of a project used, and what was used of each QOS and partition, in ended runs
 * and running ones, with past use fading. A run weighs the thousandths of cores that it holds,
 * counted from its start or, if that is later, from when the policy began.
 *
 * <pre>
 *   use now = closed + rate x W(now) - begun
 *   closed    of ended runs: sum of weight x (W(end) - W(start))
 *   rate      of running ones: sum of weight
 *   begun     of running ones: sum of weight x W(start)
 * </pre>
 *
 * {@code rate} and {@code begun} are derived from the running jobs, so a member costs the same
 * however many runs it has.
 */
public final class UsageTable {
  /** From so many half-lives on the base moves, so that numbers stay short. */
  private static final int MOVE_AFTER = 256;

  /** So far it moves at a time; what is then lost is below 2^-190 of one unit of present use. */
  private static final int MOVE_BY = 192;

  private final UseLeaves<Member> members = new UseLeaves<>();
  private final UseLeaves<UsePart> parts = new UseLeaves<>();
  private final TreeMap<UserName, TreeSet<Member>> ofUser = new TreeMap<>();
  private UsageClock clock = new UsageClock(PriorityPolicy.DEFAULT.halfLifeMs(), 0);
  private PriorityPolicy policy = PriorityPolicy.DEFAULT;
  private long sinceMs;

  UsageTable() {}

  void restore(PrioritiesImage image) {
    policy = image.policy();
    sinceMs = image.policySinceMs();
    clock = new UsageClock(policy.halfLifeMs(), image.baseMs());
    for (PrioritiesImage.UsageImage each : image.usage()) {
      members.closed(known(new Member(each.project(), each.user())), each.weighted());
    }
    for (PrioritiesImage.PartUseImage each : image.partUse()) {
      Tallies.Part part = new Tallies.Part(each.scope(), each.name());
      parts.closed(new UsePart(each.subject(), part), each.weighted());
    }
  }

  private Member known(Member member) {
    ofUser.computeIfAbsent(member.user(), _ -> new TreeSet<>()).add(member);
    return member;
  }

  /** The first run ever begins: weights count from here. */
  void beginAt(long nowMs) {
    if (members.isEmpty() && clock.baseMs() == 0) {
      clock = new UsageClock(policy.halfLifeMs(), nowMs);
      sinceMs = nowMs;
    }
  }

  /** A run holds resources; {@code sign} is 1, or -1 to take that back. */
  void running(Job job, int sign) {
    long weight = Math.multiplyExact(weightOf(job), (long) sign);
    BigInteger begun = BigInteger.valueOf(weight).multiply(clock.sum(beginOf(job)));
    members.running(known(memberOf(job)), weight, begun);
    UsePart.of(Claim.of(job)).forEach(part -> parts.running(part, weight, begun));
  }

  /** A run has ended, or an interval of it; it is not counted as running any more. */
  void closed(Job job, long endMs) {
    if (!JobClock.isMetered(job)) {
      return;
    }
    BigInteger time = clock.sum(endMs).subtract(clock.sum(beginOf(job))).max(BigInteger.ZERO);
    if (time.signum() > 0) {
      BigInteger weighted = time.multiply(BigInteger.valueOf(weightOf(job)));
      members.closed(known(memberOf(job)), weighted);
      UsePart.of(Claim.of(job)).forEach(part -> parts.closed(part, weighted));
    }
  }

  /** Whether the base is so long ago that it must move. */
  boolean mustMove(long nowMs) {
    return clock.halfLives(nowMs) > MOVE_AFTER;
  }

  /** Moves the base; running jobs must be taken out before and put back after. */
  void move(long nowMs) {
    while (mustMove(nowMs)) {
      clock = clock.later(MOVE_BY);
      members.shift(MOVE_BY);
      parts.shift(MOVE_BY);
    }
  }

  /**
   * Another policy begins. Everything used until now is kept as it counts now; running jobs must be
   * taken out before and put back after.
   */
  void redefine(PriorityPolicy next, List<Job> running, long nowMs) {
    for (Job job : running) {
      closed(job, nowMs);
    }
    BigInteger weight = clock.weight(nowMs);
    clock = new UsageClock(next.halfLifeMs(), nowMs);
    BigInteger unit = clock.weight(nowMs);
    members.scale(unit, weight);
    parts.scale(unit, weight);
    policy = next;
    sinceMs = nowMs;
  }

  private static Member memberOf(Job job) {
    return new Member(job.spec().project(), job.user());
  }

  private long beginOf(Job job) {
    return Math.max(JobClock.edgeMs(job), Math.max(sinceMs, clock.baseMs()));
  }

  /** Thousandths of a core that a run weighs. */
  private long weightOf(Job job) {
    return milliCores(Demand.of(job), policy);
  }

  /** What use of these resources weighs, in thousandths of a core. */
  public static long milliCores(Demand demand, PriorityPolicy policy) {
    if (policy.usage().isEmpty()) {
      return Math.multiplyExact(demand.cores(), 1000L);
    }
    long milli = 0;
    for (ResourceWeight each : policy.usage()) {
      milli = Math.addExact(milli, Ratio.scaled(demand.amount(each), each.weight(), each.per()));
    }
    return milli;
  }

  /** Who used something or uses something now. */
  public SortedSet<Member> members() {
    return members.keys();
  }

  /** As {@link #members}, of one user: as many as the user has, or had, projects. */
  public SortedSet<Member> membersOf(UserName user) {
    return Collections.unmodifiableSortedSet(ofUser.getOrDefault(user, new TreeSet<>()));
  }

  /** Weighted use until a moment. */
  public BigInteger use(Member member, long nowMs) {
    return members.use(member, clock.sum(nowMs));
  }

  /** Weighted use of a part of a QOS or partition until a moment. */
  public BigInteger use(UsePart part, long nowMs) {
    return parts.use(part, clock.sum(nowMs));
  }

  /** Weighted use as thousandths of core-milliseconds of now. */
  public BigInteger asOf(BigInteger weighted, long nowMs) {
    return weighted.divide(clock.weight(nowMs));
  }

  /** When past use counts for less than at a moment; the greatest number when it never fades. */
  public long fadesMs(long nowMs) {
    return clock.nextStepMs(nowMs);
  }

  public PriorityPolicy policy() {
    return policy;
  }

  long sinceMs() {
    return sinceMs;
  }

  long baseMs() {
    return clock.baseMs();
  }

  List<PrioritiesImage.UsageImage> images() {
    List<PrioritiesImage.UsageImage> out = new ArrayList<>();
    members.forEachClosed((member, closed) ->
        out.add(new PrioritiesImage.UsageImage(member.project(), member.user(), closed)));
    return out;
  }

  List<PrioritiesImage.PartUseImage> partImages() {
    List<PrioritiesImage.PartUseImage> out = new ArrayList<>();
    parts.forEachClosed((each, closed) ->
        out.add(
            new PrioritiesImage.PartUseImage(
                each.subject(), each.part().scope(), each.part().name(), closed)));
    return out;
  }

  /** Everything that is derived from running jobs, to be compared. */
  String derived() {
    return members.toString() + parts;
  }
}
