package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.metering.IdleTime;
import org.queqiao.accounting.metering.ReservedBook;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.accounting.nodes.NodeBook;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.TariffBook;

/** What bookkeeping reads and writes. One fact is recorded at a time, in the order of positions. */
public interface Books {
  TariffBook tariffs();

  void putTariff(org.queqiao.contract.event.TariffDefined tariff);

  /** The rules of refunds. */
  RefundBook refunds();

  /** Which months are open. */
  Months months();

  /** What is kept of months that are checked, closed and paid. */
  MonthBooks monthBooks();

  /** Where the core time of nodes went. */
  NodeBook nodes();

  /** What is left of allowances. */
  AllowanceBook allowances();

  /** Somebody proposes a change. */
  void propose(MoneyProposed proposed, LoggedEvent logged);

  /** A budget holds as it says, or ends. */
  void putBudget(BudgetTerms terms, String reason, LoggedEvent logged);

  /** A dispute is opened or answered. */
  void dispute(LoggedEvent logged);

  /** A run ended with its node: somebody is to look at what it is billed. */
  void lost(LostRun run);

  /** Somebody has looked at such runs; what is not one, or was looked at before, stays as it is. */
  void seen(LostRunsSeen seen, LoggedEvent logged);

  /** Somebody decided on it. */
  void decide(MoneyDecided decided, LoggedEvent logged);

  /** Somebody changed what is of others. */
  void audit(AuditEntry entry);

  /** Adds what stands on a statement and is no usage. */
  void note(StatementEntry entry);

  /** A project is as it says; who leads it and its cost centre from this month on. */
  void putProject(ProjectDefined project, String month);

  /** A project pays before; the credit line is kept if there is one. */
  void putPrepaid(ProjectName project, String currency);

  /** A project pays before and has this credit line. */
  void putCredit(ProjectName project, String currency, long creditMicro);

  /** From this month on the project belongs to this service platform; to none where it is empty. */
  void putPlatform(ProjectName project, String month, String platform);

  /** From this month on the domain is part of this other one; of none where it is empty. */
  void putDomainParent(DomainCode domain, String month, String parent);

  /** Another cluster has told of all its runs that ended before. */
  void putTold(ClusterName cluster, long completeMs);

  List<DomainShare> domains(ProjectName project);

  Optional<JobRow> job(JobId id);

  void putJob(JobRow job);

  Optional<OpenRun> openRun(RunId run);

  void open(OpenRun run);

  /** An open run is stopped or goes on. */
  void change(OpenRun run);

  void close(RunId run);

  /** All runs that hold cores. */
  Collection<OpenRun> runsThatHold();

  /** How far days of runs that go on are posted. */
  DaysPosted days();

  /**
   * The next runs that hold cores and whose days are posted as they are over, by number.
   *
   * @param after those behind this one, or all where it is null
   * @param startedBeforeMs those that began before
   */
  List<OpenRun> runsWithDays(RunId after, long startedBeforeMs, int most);

  /** Nodes and reservations, for the idle time of these. */
  ReservedBook reserved();

  /** Adds idle time of a reservation on a node. */
  void meterIdle(IdleTime time);

  /** Adds idle time of a reservation with what its owner was charged. */
  void meterReserved(ReservedTime time);

  /** What was used under a price with tiers so far, in unit-milliseconds. */
  BigInteger volume(String key);

  void putVolume(String key, BigInteger quantity);

  LineTotal line(LineKey key);

  void putLine(LineKey key, LineTotal total);

  /** Adds metered time: what usage reports and statements drill down to. */
  void meter(
      RunId run, JobRow job, Segment segment, List<Billed> billed, long standardMs, long position);

  /** What is metered from now on may be of a time that the same run was metered for before. */
  void metersAgain();

  /** Takes metered time back: an entry of its own with what is less. */
  void unmeter(
      RunId run, JobRow job, Segment segment, List<Billed> billed, long standardMs, long position);

  /** Adds what a run made of what it had. */
  void ended(RunEnd end);

  /** Who paid for a run, where that is another project than its own. */
  Optional<PaidRun> paidRun(RunId run);

  /** What was told last of a run of another scheduler. */
  Optional<Told> observed(JobId job);

  void putObserved(Told told);

  /** Remembers a run of a file, so that the file can come again. */
  void putImported(RunImported run);

  /** Adds a transaction that sums to zero; one whose ids are there already changes nothing. */
  void post(List<Posting> transaction);
}
