package org.queqiao.core.priority;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.PriorityTerms;
import org.queqiao.core.state.Backlog;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Member;
import org.queqiao.core.state.Priorities;
import org.queqiao.core.state.Ratio;

/**
 * Priorities at one moment: the sum of weights times factors, all integers, so that equal states
 * give equal orders on every machine.
 */
public final class Multifactor {
  private final Cluster cluster;
  private final Priorities priorities;
  private final PriorityPolicy policy;
  private final long nowMs;
  private FairShare shares;

  public Multifactor(Cluster cluster, long nowMs) {
    this.cluster = cluster;
    this.priorities = cluster.priorities();
    this.policy = priorities.policy();
    this.nowMs = nowMs;
  }

  /** The fair-share tree of this moment. */
  public FairShare shares() {
    if (shares == null) {
      shares = new FairShare(cluster, nowMs);
    }
    return shares;
  }

  /** What the jobs of a group have in common as long as the site decides nothing, in millionths. */
  public long fixedMicro(Backlog.Group group) {
    long sum = group.fixedMicro();
    sum = Math.addExact(sum, partition(group.partition()).micro());
    sum = Math.addExact(sum, qos(group.qos()).micro());
    sum = Math.addExact(sum, project(group.project()).micro());
    return Math.addExact(sum, site(group.user()).micro());
  }

  /** What a member's use adds to each of its jobs at this moment, in millionths of a point. */
  public long shareMicro(ProjectName project, UserName user) {
    return policy.fairShare() == 0 ? 0 : fairShare(new Member(project, user)).micro();
  }

  /** What age adds to a job that may start since a step of age, in millionths of a point. */
  public long ageMicro(long step) {
    return policy.age() == 0 ? 0 : Math.multiplyExact(policy.age(), agePpm(step));
  }

  /** The step of age of this moment. */
  public long ageStep() {
    return Backlog.ageStep(nowMs, policy);
  }

  /** Every term of a job that waits. */
  public PriorityTerms terms(Job job) {
    List<PriorityTerms.Term> out = new ArrayList<>();
    QosName qos = job.spec().qos();
    out.add(age(job));
    out.add(fairShare(new Member(job.spec().project(), job.user())));
    out.add(
        PriorityTerms.Term.of(
            "jobSize", policy.jobSize(), priorities.backlog().sizePpm(job, policy)));
    out.add(partition(job.spec().partition()));
    out.add(qos(qos == null ? "" : qos.value()));
    out.add(project(job.spec().project()));
    out.add(site(job.user()));
    Demand demand = priorities.backlog().least(job.spec());
    for (ResourceWeight each : policy.tres()) {
      out.add(
          PriorityTerms.Term.of(
              "tres/" + each.resource(),
              each.weight(),
              Ratio.ppm(demand.amount(each), each.per())));
    }
    long steps = -(long) job.spec().terms().nice() * Ratio.MILLION;
    out.add(PriorityTerms.Term.of("nice", policy.nice(), steps));
    return new PriorityTerms(out);
  }

  private PriorityTerms.Term age(Job job) {
    long sinceMs = job.eligibleMs() == 0 ? nowMs : job.eligibleMs();
    return PriorityTerms.Term.of("age", policy.age(), agePpm(Backlog.ageStep(sinceMs, policy)));
  }

  private long agePpm(long step) {
    return Math.clamp(ageStep() - step, 0, Ratio.MILLION);
  }

  private PriorityTerms.Term fairShare(Member member) {
    return PriorityTerms.Term.of("fairShare", policy.fairShare(), shares().of(member).factorPpm());
  }

  private PriorityTerms.Term partition(PartitionName name) {
    return ruled("partition", policy.partition(), new Subject.Partition(name));
  }

  private PriorityTerms.Term project(ProjectName name) {
    return ruled("project", policy.project(), new Subject.Project(name));
  }

  private PriorityTerms.Term site(UserName name) {
    return ruled("site", policy.site(), new Subject.User(name));
  }

  private PriorityTerms.Term ruled(String term, long weight, Subject subject) {
    return PriorityTerms.Term.of(term, weight, priorities.rules(subject).priority());
  }

  private PriorityTerms.Term qos(String name) {
    int ppm =
        name.isEmpty() ? 0 : priorities.qos(new QosName(name)).map(QosDefined::priority).orElse(0);
    return PriorityTerms.Term.of("qos", policy.qos(), ppm);
  }
}
