package org.queqiao.core.state;

import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.PlannedImage;
import org.queqiao.contract.snapshot.PreemptionImage;

/**
 * SHA-256 over everything that the log determines, in the order of the image. Derived indexes are
 * left out: they follow from the rest. Enumerations are written by name, so that a new constant in
 * the middle of a list changes no digest. What older images do not have is written only where it
 * says something, behind its name: a snapshot of then still gives the digest of then.
 */
final class StateDigest {
  private final CanonicalWriter out = new CanonicalWriter();

  private StateDigest() {}

  static byte[] of(Cluster cluster) {
    StateDigest digest = new StateDigest();
    digest.write(cluster);
    return digest.out.hash();
  }

  private void write(Cluster cluster) {
    out.number(cluster.position()).number(cluster.timeMs()).number(cluster.lastJobId());
    out.number(cluster.policy().partitions().size());
    cluster.policy().partitions().forEach(this::partition);
    out.list(cluster.policy().tariffs(), this::tariff);
    out.number(cluster.accounts().domains().size());
    cluster.accounts().domains().forEach(each -> out.text(each.code().value()).text(each.title()));
    out.number(cluster.accounts().projects().size());
    cluster.accounts().projects().forEach(each -> project(each.image()));
    out.number(cluster.accounts().accounts().size());
    cluster.accounts().accounts().forEach(each -> user(each.image()));
    out.number(cluster.nodes().all().size());
    cluster.nodes().all().forEach(each -> node(each.image()));
    out.number(cluster.jobs().all().size());
    cluster.jobs().all().forEach(this::job);
    out.list(cluster.keys().all(), this::key);
    if (cluster.policy().statedJobPolicy() != null) {
      out.text("job policy").number(cluster.policy().jobPolicy().maxAttempts());
      if (cluster.policy().jobPolicy().billsSuspendedTime()) {
        out.text("bills suspended time");
      }
      if (!cluster.policy().jobPolicy().budgetGate()) {
        out.text("no budget gate");
      }
    }
    if (cluster.policy().statedScheduling() != null) {
      out.text("scheduling").text(cluster.policy().scheduling().policy());
      out.number(cluster.policy().scheduling().reservations());
    }
    partsOfDomains(cluster);
    planned(cluster.planned().image());
    if (cluster.earlyRoom().unanswered() != 0) {
      out.text("early room").number(cluster.earlyRoom().unanswered());
    }
    if (!cluster.outcomes().all().isEmpty()) {
      out.text("outcomes").list(cluster.outcomes().all(), this::outcome);
    }
    if (!cluster.policy().topology().switches().isEmpty()) {
      out.text("topology")
          .list(
              cluster.policy().topology().switches(),
              each -> out.text(each.name()).text(each.parent()).text(each.nodes()));
    }
    if (!cluster.licences().all().isEmpty()) {
      out.text("licences")
          .list(
              List.copyOf(cluster.licences().all()),
              each -> out.text(each.name()).number(each.count()));
    }
    new PrioritiesDigest(out).write(cluster.priorities().image());
    new WalletsDigest(out).write(cluster.wallets().images());
    new MoneyDigest(out).write(cluster.money().image());
    new StepsDigest(out).write(cluster.steps().images());
    new ReservationsDigest(out).write(cluster.reservations().images());
    new ObservedDigest(out).write(cluster.observed().images());
  }

  private void partsOfDomains(Cluster cluster) {
    List<DomainDefined> parts =
        cluster.accounts().domains().stream().filter(each -> each.parent() != null).toList();
    if (!parts.isEmpty()) {
      out.text("parts of domains")
          .list(parts, each -> out.text(each.code().value()).text(each.parent().value()));
    }
  }

  private void planned(PlannedImage image) {
    if (image.equals(PlannedImage.NONE)) {
      return;
    }
    out.text("planned changes").number(image.lastNumber());
    out.list(
        image.changes(),
        each -> {
          out.number(each.number()).number(each.fromMs()).text(each.content().about());
          switch (each.content()) {
            case PlannedChange.Place e -> out.optional(e.parent(), to -> out.text(to.value()));
            case PlannedChange.Shares e -> shares(e.domains());
            case PlannedChange.Owner e -> out.optional(e.platform(), to -> out.text(to.value()));
          }
        });
  }

  private void shares(List<DomainShare> shares) {
    out.list(shares, share -> out.text(share.domain().value()).number(share.permille()));
  }

  private void partition(PartitionDefined each) {
    out.text(each.name().value())
        .flag(each.isDefault())
        .number(each.defaultLimitMs())
        .number(each.maxLimitMs());
    if (!each.nodes().isEmpty()) {
      out.text("nodes of the partition").text(each.nodes());
    }
    if (each.plansByLimits()) {
      out.text("plans by limits");
    }
    if (each.tier() != PartitionDefined.TIER) {
      out.text("tier").number(each.tier());
    }
    PrioritiesDigest.preemption(out, each.name().value(), each.preemption());
  }

  private void tariff(TariffDefined each) {
    out.text(each.partition().value())
        .number(each.priceMicroPerCoreHour())
        .text(each.currency())
        .number(each.validFromMs());
  }

  private void project(ClusterImage.ProjectImage each) {
    out.text(each.definition().name().value()).text(each.definition().title());
    shares(each.definition().domains());
    out.list(each.members(), member -> out.text(member.user().value()).text(member.rank().name()));
    if (each.definition().pi() != null) {
      out.text("pi").text(each.definition().pi().value());
    }
    if (!each.definition().costCentre().isEmpty()) {
      out.text("cost centre").text(each.definition().costCentre());
    }
  }

  private void user(ClusterImage.UserImage each) {
    UserDefined user = each.user();
    out.text(user.name().value())
        .text(user.title())
        .text(user.unixUser())
        .number(user.uid())
        .optional(user.defaultProject(), project -> out.text(project.value()))
        .list(each.roles(), role -> out.text(role.name()));
  }

  private void node(ClusterImage.NodeImage each) {
    NodeFacts facts = each.facts();
    out.text(facts.name().value())
        .text(facts.bootId())
        .number(facts.cores())
        .number(facts.memBytes())
        .list(facts.gres(), gres -> out.text(gres.name()).text(gres.type()).number(gres.count()))
        .text(facts.agentVersion())
        .text(facts.kernel())
        .list(facts.absent(), out::text)
        .text(each.state().name())
        .number(each.lastSeenMs())
        .text(each.stateReason())
        .flag(each.drained())
        .text(each.drainReason())
        .number(each.desiredVersion());
    if (facts.suspends()) {
      out.text("suspends runs");
    }
    if (facts.leases()) {
      out.text("knows leases");
    }
    if (each.drainedByHealth()) {
      out.text("drained by its health check");
    }
    if (!facts.numa().isEmpty()) {
      out.text("numa nodes")
          .list(
              facts.numa(),
              numa -> out.number(numa.socket()).list(numa.cores(), core -> out.number(core)));
    }
    if (!each.settings().equals(NodeSettings.DEFAULT)) {
      out.text("settings of the node")
          .list(each.settings().features(), out::text)
          .number(each.settings().weight());
      if (!each.settings().type().isEmpty()) {
        out.text("kind of the node").text(each.settings().type());
      }
    }
  }

  private void job(Job job) {
    out.number(job.id().value()).text(job.user().value()).text(job.unixUser()).number(job.uid());
    spec(job);
    out.text(job.state().name())
        .flag(job.heldByUser())
        .flag(job.heldByAdministrator())
        .number(job.submitMs())
        .number(job.attempt())
        .number(job.startMs())
        .number(job.nodeStartMs())
        .number(job.endMs())
        .number(job.finishedMs())
        .list(job.allocations(), this::allocation)
        .optional(job.killCause(), cause -> out.text(cause.name()))
        .optional(job.exit(), this::exit)
        .text(job.detail());
    terms(job);
    runs(job);
    array(job);
    if (job.reservation() != null) {
      out.text("in reservation").text(job.reservation().value());
    }
    if (!job.preemption().equals(PreemptionImage.NONE)) {
      out.text("preemption")
          .optional(job.preemption().preemptor(), preemptor -> out.number(preemptor.value()))
          .number(job.preemption().killGraceMs())
          .number(job.preemption().killMs())
          .number(job.preemption().claims());
      if (job.preemption().suspends()) {
        out.text("suspends").flag(job.preemption().yields());
      }
    }
    if (job.preemptedBy() != null) {
      out.text("preempted by").number(job.preemptedBy().value());
    }
    if (job.ending().operator() != null) {
      out.text("ended by an operator").text(job.ending().operator().detail());
    }
    if (job.suspension() != null) {
      suspension(job.suspension());
    }
    if (job.checkpoint() != null) {
      out.text("saved").number(job.checkpoint().atMs()).number(job.checkpoint().billedMs());
    }
  }

  private void suspension(Suspension each) {
    out.text("suspension")
        .flag(each.wanted())
        .text(each.by().toString())
        .number(each.askedMs())
        .number(each.sinceMs())
        .flag(each.billed())
        .number(each.formerMs())
        .number(each.formerUnbilledMs())
        .number(each.edgeMs());
    if (!each.stoppedOn().isEmpty()) {
      out.text("stopped on")
          .list(each.stoppedOn(), node -> out.text(node.value()))
          .number(each.lastStopMs());
    }
  }

  private void array(Job job) {
    if (job.spec().array() != null) {
      out.text("array").text(job.spec().array().toString());
    }
    if (job.array() != null) {
      ArrayImage image = job.array().image();
      out.list(image.waiting(), this::run).flag(image.corresponds());
      out.list(image.released(), this::run).list(image.hopeless(), this::run);
      out.list(image.notWell(), this::run);
      out.list(image.ended(), each -> out.text(each.state().name()).number(each.count()));
      out.number(image.begunMs()).number(image.lastEndMs());
      if (image.promised() != null) {
        out.text("promised").number(image.promised());
      }
      if (!image.heldByUser().isEmpty() || !image.heldByAdministrator().isEmpty()) {
        out.text("held").list(image.heldByUser(), this::run);
        out.list(image.heldByAdministrator(), this::run);
      }
    }
    if (job.task() != null) {
      out.text("task").number(job.task().array().value()).number(job.task().index());
    }
    if (job.revision() != 0) {
      out.text("revision").number(job.revision());
    }
  }

  private void run(ArrayImage.OrdinalRun each) {
    out.number(each.first()).number(each.last());
  }

  private void spec(Job job) {
    JobSpec spec = job.spec();
    out.text(spec.name())
        .bytes(job.content().scriptHash())
        .text(spec.partition().value())
        .text(spec.project().value())
        .number(spec.nodes())
        .number(spec.tasks())
        .number(spec.cpusPerTask())
        .number(spec.memBytes())
        .list(spec.gres(), this::gresRequest)
        .number(spec.limitMs())
        .text(spec.workDir())
        .bytes(job.content().environmentHash())
        .text(spec.stdoutPath())
        .text(spec.stderrPath())
        .flag(spec.hold());
    if (spec.qos() != null) {
      out.text("qos of the job").text(spec.qos().value());
    }
    if (spec.reservation() != null) {
      out.text("reservation of the job").text(spec.reservation().value());
    }
    if (!spec.endUser().isEmpty()) {
      out.text("end user of the job").text(spec.endUser());
    }
    if (spec.quote() != null) {
      out.text("quote of the job")
          .text(spec.quote().id())
          .number(spec.quote().quotedMs())
          .number(spec.quote().maxMicro())
          .number(spec.quote().expectedMicro())
          .text(spec.quote().currency());
    }
    if (!spec.placement().isDefault()) {
      placement(spec.placement());
    }
  }

  private void placement(JobPlacement each) {
    out.text("placement of the job")
        .text(each.constraint())
        .text(each.nodeList())
        .text(each.excludeNodes())
        .flag(each.exclusive())
        .number(each.maxNodes())
        .number(each.tasksPerNode())
        .number(each.memPerCpuBytes())
        .number(each.memPerGpuBytes())
        .list(each.gresPerTask(), this::gresRequest)
        .list(
            List.copyOf(each.licences().entrySet()),
            licence -> out.text(licence.getKey()).number(licence.getValue()));
    if (each.contiguous() || each.switches() > 0 || each.spread()) {
      out.flag(each.contiguous()).number(each.switches()).flag(each.spread());
    }
    if (each.tasksInAll()) {
      out.text("tasks in all");
    }
    if (!each.components().isEmpty()) {
      out.text("components").list(each.components(), this::component);
    }
  }

  private void component(JobComponent each) {
    out.number(each.nodes())
        .number(each.tasks())
        .number(each.cpusPerTask())
        .number(each.memBytes())
        .list(each.gres(), this::gresRequest)
        .text(each.placement().constraint());
    if (each.placement().saysMoreThanConstraint()) {
      placement(each.placement());
    }
  }

  private void terms(Job job) {
    JobTerms terms = job.spec().terms();
    if (!terms.equals(JobTerms.DEFAULT) || job.eligibleMs() != job.submitMs()) {
      out.text("terms").number(job.eligibleMs()).list(job.dependencyImages(), this::dependency);
      terms(terms);
    }
  }

  private void runs(Job job) {
    if (!job.spec().terms().requeue()) {
      out.text("runs once");
    }
    WarningSignal signal = job.spec().terms().signal();
    if (signal != null) {
      out.text("signal")
          .text(signal.name())
          .number(signal.beforeMs())
          .flag(signal.batchOnly())
          .flag(job.isSignalled());
    }
    if (job.predictedMs() != 0 || job.promisedMs() != 0) {
      out.text("foreseen").number(job.predictedMs()).number(job.promisedMs());
    }
    if (job.leaseMs() != 0) {
      out.text("lease").number(job.leaseMs());
    }
    if (job.promised().room() != null) {
      out.text("room").number(job.promised().room().fromMs());
      out.number(job.promised().room().nodes().alternative());
      out.list(job.promised().room().nodes().groups(), out::text);
    }
    if (job.formerCoreMs() != 0 || job.heldForRequeues()) {
      out.text("runs").number(job.formerCoreMs()).flag(job.heldForRequeues());
    }
  }

  private void terms(JobTerms terms) {
    out.number(terms.beginMs())
        .number(terms.deadlineMs())
        .number(terms.nice())
        .text(terms.dependency().toString())
        .flag(terms.killOnInvalidDependency());
  }

  private void dependency(ClusterImage.DependencyImage each) {
    out.text(each.progress().name()).number(each.readyMs());
  }

  private void outcome(ClusterImage.OutcomeImage each) {
    out.number(each.id().value())
        .text(each.user().value())
        .text(each.project().value())
        .number(each.startMs())
        .number(each.endMs())
        .flag(each.well());
  }

  private void gresRequest(GresRequest each) {
    out.text(each.name()).text(each.type()).number(each.count());
  }

  private void allocation(Allocation each) {
    out.text(each.node().value())
        .list(each.cores(), core -> out.number(core))
        .number(each.memBytes())
        .list(
            each.gres(),
            gres ->
                out.text(gres.name())
                    .text(gres.type())
                    .list(gres.devices(), device -> out.number(device)));
    if (!each.nodeType().isEmpty() || each.blockedCores() > 0) {
      out.text("blocks").text(each.nodeType()).number(each.blockedCores());
    }
    if (each.component() > 0) {
      out.text("component").number(each.component());
    }
  }

  private void exit(RunExit exit) {
    out.number(exit.run().job().value())
        .number(exit.run().attempt())
        .text(exit.kind().name())
        .number(exit.exitCode())
        .number(exit.signal())
        .number(exit.startMs())
        .number(exit.endMs())
        .number(exit.userUs())
        .number(exit.systemUs())
        .number(exit.maxRssBytes())
        .text(exit.detail());
    if (!exit.nodeFault().isEmpty()) {
      out.text("fault of the node").text(exit.nodeFault());
    }
    if (exit.energyMj() > 0) {
      out.text("energy").number(exit.energyMj());
    }
    if (!exit.accelerators().isNone()) {
      out.text("accelerators")
          .number(exit.accelerators().measuredMs())
          .number(exit.accelerators().idleMs());
    }
  }

  private void key(ClusterImage.IdempotencyImage each) {
    out.text(each.user().value())
        .text(each.key())
        .bytes(each.requestHash())
        .number(each.job().value())
        .number(each.timeMs());
  }
}
