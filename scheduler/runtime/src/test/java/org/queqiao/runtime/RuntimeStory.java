package org.queqiao.runtime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.eventlog.memory.Crash;
import org.queqiao.eventlog.memory.MemoryDisk;
import org.queqiao.eventlog.memory.MemoryEventLog;

/** A small site on a disk in memory, driven by hand. */
public final class RuntimeStory {
  public static final Actor OWNER = Actor.localOwner("root");
  public static final Actor USER = Actor.user(new UserName("lin"));
  public static final NodeName NODE = new NodeName("n1");
  public static final RuntimeSettings SETTINGS =
      new RuntimeSettings("test", 64, 32, 4, 1_000, 40, 64);

  public final MemoryDisk disk = new MemoryDisk();
  public final ManualTime time = new ManualTime();
  public final List<DesiredState> effects = new ArrayList<>();
  public final List<Fault> faults = new ArrayList<>();
  public RuntimeSettings settings = SETTINGS;
  public KillPoints killPoints = KillPoints.NONE;
  public EventLog log;
  public SchedulerRuntime runtime;

  /** Opens the log and recovers. */
  public RuntimeStory open() {
    log = MemoryEventLog.open(disk, MemoryEventLog.settings().withKillPoints(killPoints));
    runtime =
        SchedulerRuntime.open(
            log,
            settings,
            time,
            (desired, epoch) -> effects.add(desired),
            (fault, cause) -> faults.add(fault),
            killPoints);
    return this;
  }

  /** The power fails; what was not forced is gone. */
  public void losePower() {
    disk.crash(new Crash.PowerLoss());
  }

  /** Partition, project, account, membership and a node with 4 cores. */
  public RuntimeStory withSite() {
    siteInputs().forEach(this::tell);
    return this;
  }

  /** What sets the site up. */
  public static List<Input> siteInputs() {
    DomainCode domain = new DomainCode("physics");
    ProjectName project = new ProjectName("climate");
    UserName user = new UserName("lin");
    return List.of(
        new Input.DefinePartition(
            OWNER, new PartitionDefined(new PartitionName("main"), true, 3_600_000, 86_400_000)),
        new Input.DefineDomain(OWNER, new DomainDefined(domain, "Physics")),
        new Input.DefineProject(
            OWNER, new ProjectDefined(project, "Climate", List.of(new DomainShare(domain, 1_000)))),
        new Input.DefineUser(OWNER, new UserDefined(user, "Lin", "lin", 1_001, project)),
        new Input.SetMembership(OWNER, new MembershipSet(project, user, MemberRank.MEMBER)),
        new Input.RegisterNode(facts("boot-1"), List.of(), List.of()));
  }

  public static NodeFacts facts(String bootId) {
    return new NodeFacts(NODE, bootId, 4, 4L << 30, List.of(), "1", "6", List.of());
  }

  /** A submission of a one-core job under a key. */
  public static Input.SubmitJob submission(String key) {
    byte[] script = "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8);
    return new Input.SubmitJob(
        USER, JobRequest.ofScript(script), key, key.isEmpty() ? new byte[0] : new byte[32]);
  }

  /** The end of the first run of a job. */
  public Input.RunEnded ended(JobId job) {
    long nowMs = time.wallMs();
    return new Input.RunEnded(
        NODE, new RunExit(new RunId(job, 1), RunExit.Kind.EXITED, 0, 0, nowMs, nowMs, 1, 1, 1, ""));
  }

  /** Hands in an input, steps, and returns the reply, or null when there is none. */
  public Reply tell(Input input) {
    CompletableFuture<Reply> reply = runtime.submit(input);
    runtime.step();
    return reply.getNow(null);
  }

  /** Submits and returns the number of the job. */
  public JobId submit(String key) {
    return ((Reply.JobAccepted) tell(submission(key))).job();
  }

  public byte[] digest() {
    return settle(runtime.digest()).sha256();
  }

  /** Steps until the answer is there. */
  public <T> T settle(CompletableFuture<T> answer) {
    while (!answer.isDone() && runtime.step()) {
      // the inbox has more than one batch
    }
    return answer.getNow(null);
  }
}
