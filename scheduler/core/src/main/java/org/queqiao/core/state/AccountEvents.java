package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/** Makes the facts about partitions, prices, domains, projects, accounts and wallets true. */
final class AccountEvents {
  private final Cluster cluster;

  AccountEvents(Cluster cluster) {
    this.cluster = cluster;
  }

  void defined(PartitionDefined event) {
    require(
        event.defaultLimitMs() > 0 && event.defaultLimitMs() <= event.maxLimitMs(),
        "limits of partition " + event.name());
    cluster.define(event);
  }

  void defined(JobPolicyDefined event) {
    require(event.maxAttempts() > 0, "a job is started " + event.maxAttempts() + " times");
    cluster.policy().define(event);
  }

  void defined(SchedulingDefined event) {
    require(
        !event.policy().isEmpty() && event.reservations() > 0,
        "scheduling by " + event.policy() + " with " + event.reservations());
    cluster.policy().define(event);
  }

  void defined(TariffDefined event) {
    require(
        cluster.policy().partition(event.partition()).isPresent()
            || event.partition().isElsewhere(),
        "a tariff of no partition " + event.partition());
    require(event.priceMicroPerCoreHour() >= 0, "a price below zero");
    require(event.validFromMs() >= 0, "a tariff before all time");
    cluster.policy().define(event);
  }

  void defined(DomainDefined event) {
    if (event.parent() != null) {
      require(
          cluster.accounts().domain(event.parent()).isPresent(),
          "domain " + event.code() + " is part of no domain " + event.parent());
      require(
          cluster.accounts().upwards(event.parent()).stream()
              .noneMatch(each -> each.code().equals(event.code())),
          "domain " + event.code() + " is part of itself");
    }
    cluster.accounts().define(event);
  }

  void defined(ProjectDefined event) {
    int permille = 0;
    for (DomainShare share : event.domains()) {
      require(
          cluster.accounts().domain(share.domain()).isPresent(),
          "project " + event.name() + " in no domain " + share.domain());
      permille = Math.addExact(permille, share.permille());
    }
    require(permille == 1000, "shares of project " + event.name() + " sum to " + permille);
    cluster.accounts().define(event);
  }

  void planned(PlannedEvent event) {
    cluster.planned().apply(event);
  }

  void defined(UserDefined event) {
    require(
        event.unixUser().isEmpty() ? event.uid() == -1 : event.uid() > 0,
        "account " + event.name() + " with uid " + event.uid());
    cluster.accounts().define(event);
  }

  void granted(RoleGranted event) {
    requireAccount(event.user());
    cluster.accounts().grant(event.user(), event.role());
  }

  void revoked(RoleRevoked event) {
    requireAccount(event.user());
    cluster.accounts().revoke(event.user(), event.role());
  }

  void set(MembershipSet event) {
    requireProject(event.project());
    requireAccount(event.user());
    cluster.accounts().setMember(event.project(), event.user(), event.rank());
  }

  void removed(MembershipRemoved event) {
    requireProject(event.project());
    cluster.accounts().removeMember(event.project(), event.user());
  }

  /** Wallets are the ledger's; the machine only sees that there is a project to fund. */
  void funded(WalletFunded event) {
    requireProject(event.project());
    require(event.amountMicro() > 0, "nothing is put into the wallet of " + event.project());
  }

  private void requireAccount(UserName user) {
    require(cluster.accounts().account(user).isPresent(), "no account " + user);
  }

  private void requireProject(ProjectName project) {
    require(cluster.accounts().project(project).isPresent(), "no project " + project);
  }
}
