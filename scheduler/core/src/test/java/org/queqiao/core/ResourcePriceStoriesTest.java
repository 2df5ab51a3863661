package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.core.forecast.ForwardRun;
import org.queqiao.core.forecast.Quote;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.QuoteClaim;
import org.queqiao.core.message.Rejection;

/** What a start takes from a wallet where resources and kinds of nodes have prices. */
final class ResourcePriceStoriesTest {
  private static final long UNIT = 1_000_000;

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.says(
        SchedulerStory.facts(
            "g1", "boot-1", 16, 64 * GIB, List.of(new NodeFacts.GresInventory("gpu", "a100", 4))));
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, UNIT, "CNY", 0)));
  }

  private void type(String type) {
    story.does(
        new Input.SetNode(
            OWNER, new NodeSettingsSet(new NodeName("g1"), new NodeSettings(List.of(), 1, type))));
  }

  private void price(long micro, PriceTerms terms) {
    story.agreed(new MoneyChange.Price(item(micro, terms)));
  }

  private static PriceItem item(long micro, PriceTerms terms) {
    return new PriceItem(BATCH, null, micro, "CNY", 0, 0, 0, List.of(), terms);
  }

  private void tell(long balanceMicro) {
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(
          new Input.TellBudgets(List.of(new BudgetTold(CLIMATE, balanceMicro, "CNY", asOf))));
    }
  }

  private long availableMicro() {
    return story.machine.state().wallet(CLIMATE).orElseThrow().availableMicro();
  }

  @Test
  void aJobWaitsForTheMoneyOfItsDevicesAndNotOnlyOfItsCores() {
    price(10 * UNIT, new PriceTerms(Resource.ACCELERATORS, "gpu", "", "", false, false));
    tell(20 * UNIT);
    JobId job =
        story.submits(
            "liwei", script().limitMs(HOUR_MS).gres(List.of(new GresRequest("gpu", "", 2))));
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().pendingWhy(job).sentence())
        .contains("this job may cost 21 CNY");
    tell(21 * UNIT);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
    assertThat(availableMicro()).isZero();
  }

  @Test
  void theKindOfANodeAtTheStartIsWhatIsPaidAlsoWhenTheSiteSaysOtherwiseLater() {
    type("fat");
    price(3 * UNIT, new PriceTerms(Resource.CORES, "", "fat", "", false, false));
    tell(10 * UNIT);
    JobId job = story.submits("liwei", script().limitMs(2 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.job(job).allocations().getFirst().nodeType()).isEqualTo("fat");
    assertThat(availableMicro()).isEqualTo(4 * UNIT);
    type("thin");
    story.starts(job);
    story.after(HOUR_MS);
    story.exits(job, 0);
    // Half of what was held comes back, less one for each posting that may be rounded up.
    assertThat(availableMicro()).isBetween(7 * UNIT - 10, 7 * UNIT);
  }

  @Test
  void whoTakesHalfOfTheMemoryBlocksHalfOfTheCores() {
    price(UNIT, new PriceTerms(Resource.CORES, "", "", "", true, false));
    tell(100 * UNIT);
    JobId job = story.submits("liwei", script().limitMs(HOUR_MS).memBytes(32 * GIB + 1));
    JobId small = story.submits("liwei", script().limitMs(HOUR_MS).memBytes(4 * GIB));
    assertThat(story.plans()).isEqualTo(2);
    Allocation large = story.job(job).allocations().getFirst();
    assertThat(large.blockedCores()).isEqualTo(9);
    assertThat(story.job(small).allocations().getFirst().blockedCores()).isZero();
    assertThat(availableMicro()).isEqualTo(90 * UNIT);
  }

  @Test
  void devicesBlockTheirShareOfTheCores() {
    Allocation held =
        new Allocation(
                new NodeName("g1"),
                List.of(0),
                GIB,
                List.of(new Allocation.GresDevices("gpu", "a100", List.of(0, 1, 2))))
            .on(
                SchedulerStory.facts(
                    "g1",
                    "boot-1",
                    16,
                    64 * GIB,
                    List.of(new NodeFacts.GresInventory("gpu", "a100", 4))),
                "gpu4");
    assertThat(held.blockedCores()).isEqualTo(12);
    assertThat(held.nodeType()).isEqualTo("gpu4");
  }

  @Test
  void aClassOfCustomersHasItsPriceFromItsInstantOn() {
    price(UNIT / 2, new PriceTerms(Resource.CORES, "", "", "partner", false, false));
    tell(10 * UNIT);
    story.agreed(new MoneyChange.CustomerClass(CLIMATE, "partner", story.nowMs + HOUR_MS));
    story.submits("liwei", script().limitMs(3 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(availableMicro()).isEqualTo(8 * UNIT);
  }

  @Test
  void theDearestTierAndTheMinimumAreWhatIsHeld() {
    price(UNIT, PriceTerms.CORES.with(List.of(new PriceTier(1_000, 2 * UNIT)), 0, 5 * UNIT));
    tell(20 * UNIT);
    story.submits("liwei", script().limitMs(HOUR_MS));
    story.submits("liwei", script().limitMs(4 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(2);
    assertThat(availableMicro()).isEqualTo(20 * UNIT - 5 * UNIT - 8 * UNIT);
  }

  private Quote quote(JobRequest.Builder request) {
    return Quote.of(
        story.machine.image(),
        new Input.SubmitJob(user("liwei"), request.build(), "", new byte[0]),
        story.nowMs,
        new ForwardRun.Bounds(story.nowMs + 100 * HOUR_MS, 100_000, () -> false));
  }

  @Test
  void theEnergyOfARunIsNotThereForTheNextStartBeforeTheLedgerSpeaks() {
    price(UNIT, new PriceTerms(Resource.ENERGY, "", "", "", false, false));
    tell(2 * UNIT);
    JobId first = story.submits("liwei", script().limitMs(HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(availableMicro()).isEqualTo(UNIT);
    long began = story.nowMs;
    story.starts(first);
    story.after(HOUR_MS);
    RunExit exit =
        new RunExit(
            story.run(first), RunExit.Kind.EXITED, 0, 0, began, story.nowMs, 900, 100, 4096, "");
    // One kilowatt-hour costs as much as the core.
    story.does(new Input.RunEnded(new NodeName("g1"), exit.withEnergy(3_600_000_000L)));
    assertThat(availableMicro()).isBetween(-10L, 0L);
    JobId next = story.submits("liwei", script().limitMs(HOUR_MS / 60));
    assertThat(story.plans()).isZero();
    tell(UNIT);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aQuoteIsWhatIsHeldAtItsStartOverEveryChangeOfPrices() {
    type("fat");
    price(3 * UNIT, new PriceTerms(Resource.CORES, "", "fat", "", false, false));
    story.agreed(
        new MoneyChange.Price(
            new PriceItem(
                BATCH,
                null,
                5 * UNIT,
                "CNY",
                story.nowMs + 3 * HOUR_MS,
                0,
                0,
                List.of(),
                new PriceTerms(Resource.CORES, "", "fat", "", false, false))));
    tell(1_000 * UNIT);
    JobId before = story.submits("liwei", script().cpusPerTask(16).limitMs(2 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    long position = story.machine.state().position();
    Quote quote = quote(script().cpusPerTask(2).limitMs(4 * HOUR_MS));
    // It starts when the other has reached its limit, one hour before the price rises.
    assertThat(quote.startMs()).isEqualTo(story.job(before).startMs() + 2 * HOUR_MS);
    assertThat(quote.cost().placed()).isTrue();
    assertThat(quote.cost().currency()).isEqualTo("CNY");
    assertThat(quote.cost().maxMicro()).isEqualTo(2 * (3 * UNIT + 3 * 5 * UNIT));
    assertThat(quote.cost().expectedMicro()).isEqualTo(quote.cost().maxMicro());
    assertThat(quote.wallet().availableMicro()).isEqualTo(1_000 * UNIT - 16 * 2 * 3 * UNIT);
    assertThat(story.machine.state().position()).isEqualTo(position);
  }

  @Test
  void aQuoteThatNobodyCanPayHasNoStartAndSaysWhatItWouldCostNow() {
    tell(UNIT);
    Quote quote = quote(script().cpusPerTask(4).limitMs(2 * HOUR_MS));
    assertThat(quote.startMs()).isZero();
    assertThat(quote.cost().maxMicro()).isEqualTo(8 * UNIT);
    assertThat(quote(script().cpusPerTask(99)).refused()).isNotNull();
  }

  @Test
  void aSubmissionGoesUnderAQuoteOfItsOwnAndUnderNoOther() {
    tell(1_000 * UNIT);
    Quote quote = quote(script().cpusPerTask(2).limitMs(2 * HOUR_MS));
    JobQuote said = new JobQuote("q-1", story.nowMs, 4 * UNIT, 4 * UNIT, "CNY");
    QuoteClaim.Given given =
        new QuoteClaim.Given(said, new UserName("liwei"), story.nowMs + HOUR_MS, quote.shape());
    QuoteClaim claim = new QuoteClaim("q-1", given);
    JobRequest.Builder same = script().cpusPerTask(2).limitMs(2 * HOUR_MS).name("any").quote(claim);
    JobId job = story.submits("liwei", same);
    assertThat(story.job(job).spec().quote()).isEqualTo(said);

    String other = quoteRefused("liwei", script().cpusPerTask(3).limitMs(2 * HOUR_MS).quote(claim));
    assertThat(other).contains("differs in cpusPerTask: '2' there, '3' here");
    String unknown = quoteRefused("liwei", script().quote(new QuoteClaim("q-2", null)));
    assertThat(unknown).contains("there is no quote q-2");
    QuoteClaim ofAnother =
        new QuoteClaim(
            "q-1",
            new QuoteClaim.Given(
                said, new UserName("wangfang"), story.nowMs + HOUR_MS, quote.shape()));
    assertThat(quoteRefused("liwei", same.quote(ofAnother))).contains("there is no quote q-1");
    story.after(HOUR_MS);
    assertThat(quoteRefused("liwei", same.quote(claim))).contains("held until");
  }

  private void changes(JobId job, JobRequest to, String field) {
    JobChange change = new JobChange(new TreeSet<>(List.of(field)), to, null);
    story.doesOneFact(new Input.ChangeJob(user("liwei"), job, change, null));
  }

  private String quoteRefused(String account, JobRequest.Builder request) {
    Rejection rejection =
        story.refuses(new Input.SubmitJob(user(account), request.build(), "", new byte[0]));
    assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(rejection.field()).isEqualTo("quoteId");
    return rejection.message();
  }

  @Test
  void aWaitingJobThatIsChangedKeepsItsQuoteOnlyAsLongAsItCostsTheSame() {
    tell(0);
    Quote quote = quote(script().limitMs(2 * HOUR_MS));
    JobQuote said = new JobQuote("q-1", story.nowMs, 2 * UNIT, 2 * UNIT, "CNY");
    QuoteClaim.Given given =
        new QuoteClaim.Given(said, new UserName("liwei"), story.nowMs + HOUR_MS, quote.shape());
    JobId job =
        story.submits("liwei", script().limitMs(2 * HOUR_MS).quote(new QuoteClaim("q-1", given)));
    changes(job, JobRequest.builder(new byte[0]).name("other").build(), "name");
    assertThat(story.job(job).spec().quote()).isEqualTo(said);
    changes(job, JobRequest.builder(new byte[0]).limitMs(HOUR_MS).build(), "limitMs");
    assertThat(story.job(job).spec().quote()).isNull();
  }

  @Test
  void termsThatMakeNoSenseAreRefusedWithTheirField() {
    refuses(new PriceTerms(Resource.CORES, "gpu", "", "", false, false), "device");
    refuses(new PriceTerms(Resource.ACCELERATORS, "gpu:", "", "", false, false), "device");
    refuses(new PriceTerms(Resource.MEMORY, "", "", "", true, false), "blockedShare");
    refuses(new PriceTerms(Resource.CORES, "", "", "", false, true), "whileSuspended");
    refuses(new PriceTerms(Resource.CORES, "", "a b", "", false, false), "nodeType");
    refuses(new PriceTerms(Resource.CORES, "", "", "ü", false, false), "customerClass");
    refuses(new MoneyChange.CustomerClass(new ProjectName("nobody"), "x", 0), "project");
    refuses(new MoneyChange.CustomerClass(CLIMATE, "a b", 0), "customerClass");
    refuses(new MoneyChange.CustomerClass(CLIMATE, "x", story.nowMs - 1), "validFromMs");
    refuses(PriceTerms.CORES.with(List.of(new PriceTier(0, 1)), 0, 0), "tiers");
    refuses(
        PriceTerms.CORES.with(List.of(new PriceTier(5, 1), new PriceTier(5, 2)), 0, 0), "tiers");
    refuses(PriceTerms.CORES.with(List.of(), 0, -1), "minimumMicro");
    refuses(
        new PriceTerms(Resource.MEMORY, "", "", "", false, false).with(List.of(), 0, 1),
        "minimumMicro");
    refuses(new PriceTerms(Resource.ENERGY, "", "", "", false, true), "whileSuspended");
    refuses(new PriceTerms(Resource.ENERGY, "", "gpu8", "", false, false), "nodeType");
    conversion(Resource.ENERGY, "", 1_000, 0, "resource");
    PriceTerms kept = new PriceTerms(Resource.RESERVED, "", "", "", false, false);
    refuses(kept, "partition");
    reserved(new QosName("urgent"), kept, "qos");
    reserved(null, new PriceTerms(Resource.RESERVED, "", "", "", false, true), "whileSuspended");
    reserved(null, kept.with(List.of(new PriceTier(5, 1)), 0, 0), "tiers");
    conversion(Resource.RESERVED, "", 1_000, 0, "resource");
    conversion(Resource.MEMORY, "", 1_000, 0, "resource");
    conversion(Resource.CORES, "gpu", 1_000, 0, "device");
    conversion(Resource.CORES, "", -1, 0, "standardPermille");
    conversion(Resource.CORES, "", 1_000, story.nowMs - 1, "validFromMs");
    Rejection node =
        story.refuses(
            new Input.SetNode(
                OWNER,
                new NodeSettingsSet(new NodeName("g1"), new NodeSettings(List.of(), 1, "a b"))));
    assertThat(node.field()).isEqualTo("nodeType");
  }

  private void conversion(
      Resource resource, String device, long permille, long fromMs, String field) {
    refuses(new MoneyChange.Conversion("", resource, device, permille, fromMs), field);
  }

  private void reserved(QosName qos, PriceTerms terms, String field) {
    refuses(
        new MoneyChange.Price(new PriceItem(null, qos, UNIT, "CNY", 0, 0, 0, List.of(), terms)),
        field);
  }

  private void refuses(PriceTerms terms, String field) {
    refuses(new MoneyChange.Price(item(UNIT, terms)), field);
  }

  private void refuses(MoneyChange change, String field) {
    Rejection rejection =
        story.refuses(new Input.ProposeMoney(user("finance1"), change, "as agreed"));
    assertThat(rejection.code()).as(change.toString()).isEqualTo(Rejection.Code.INVALID);
    assertThat(rejection.field()).as(change.toString()).isEqualTo(field);
  }
}
