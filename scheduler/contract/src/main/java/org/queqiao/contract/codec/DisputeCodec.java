package org.queqiao.contract.codec;

import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.Dispute;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbDispute;
import org.queqiao.contract.wire.PbDisputeAnswered;
import org.queqiao.contract.wire.PbDisputeOpened;
import org.queqiao.contract.wire.PbLostRunsSeen;
import org.queqiao.contract.wire.PbRefund;

/** Disputes, refunds and lost runs that somebody looked at to and from their wire form. */
final class DisputeCodec {
  private DisputeCodec() {}

  static Event event(EventRecord in) {
    if (in.hasLostRunsSeen()) {
      return read(in.getLostRunsSeen());
    }
    return in.hasDisputeOpened() ? read(in.getDisputeOpened()) : read(in.getDisputeAnswered());
  }

  static PbDisputeOpened write(DisputeOpened e) {
    return PbDisputeOpened.newBuilder()
        .setDispute(e.dispute())
        .setProject(e.project().value())
        .setTransaction(e.transaction())
        .setReason(e.reason())
        .build();
  }

  static DisputeOpened read(PbDisputeOpened in) {
    return new DisputeOpened(
        in.getDispute(), new ProjectName(in.getProject()), in.getTransaction(), in.getReason());
  }

  static PbDisputeAnswered write(DisputeAnswered e) {
    return PbDisputeAnswered.newBuilder()
        .setDispute(e.dispute())
        .setProposal(e.proposal())
        .setReason(e.reason())
        .build();
  }

  static DisputeAnswered read(PbDisputeAnswered in) {
    return new DisputeAnswered(in.getDispute(), in.getProposal(), in.getReason());
  }

  static PbLostRunsSeen write(LostRunsSeen e) {
    PbLostRunsSeen.Builder out = PbLostRunsSeen.newBuilder().setReason(e.reason());
    e.runs().forEach(run -> out.addRuns(ModelWriter.run(run)));
    return out.build();
  }

  static LostRunsSeen read(PbLostRunsSeen in) {
    return new LostRunsSeen(ModelReader.list(in.getRunsList(), ModelReader::run), in.getReason());
  }

  static PbDispute write(Dispute each) {
    return PbDispute.newBuilder()
        .setId(each.id())
        .setBy(ModelWriter.actor(each.by()))
        .setTimeMs(each.timeMs())
        .setProject(each.project().value())
        .setTransaction(each.transaction())
        .setReason(each.reason())
        .build();
  }

  static Dispute read(PbDispute in) {
    return new Dispute(
        in.getId(),
        ModelReader.actor(in.getBy()),
        in.getTimeMs(),
        new ProjectName(in.getProject()),
        in.getTransaction(),
        in.getReason());
  }

  static PbRefund write(MoneyChange.Refund each) {
    PbRefund.Builder out =
        PbRefund.newBuilder()
            .setProject(each.project().value())
            .setAmountMicro(each.amountMicro())
            .setCurrency(each.currency())
            .setTransaction(each.transaction())
            .setCause(
                switch (each.cause()) {
                  case PLATFORM_FAULT -> PbRefund.Cause.PLATFORM_FAULT;
                  case ADMINISTRATOR -> PbRefund.Cause.ADMINISTRATOR;
                  case NODE_FAIL -> PbRefund.Cause.NODE_FAIL;
                  case PREEMPTED -> PbRefund.Cause.PREEMPTED;
                  case WRONG_CHARGE -> PbRefund.Cause.WRONG_CHARGE;
                  case GOODWILL -> PbRefund.Cause.GOODWILL;
                })
            .setDispute(each.dispute())
            .setToldAs(each.toldAs());
    if (each.disputedBy() != null) {
      out.setDisputedBy(ModelWriter.actor(each.disputedBy()));
    }
    return out.build();
  }

  static MoneyChange.Refund read(PbRefund in) {
    return new MoneyChange.Refund(
        new ProjectName(in.getProject()),
        in.getAmountMicro(),
        in.getCurrency(),
        in.getTransaction(),
        switch (in.getCause()) {
          case PLATFORM_FAULT -> RefundReason.PLATFORM_FAULT;
          case ADMINISTRATOR -> RefundReason.ADMINISTRATOR;
          case NODE_FAIL -> RefundReason.NODE_FAIL;
          case PREEMPTED -> RefundReason.PREEMPTED;
          case WRONG_CHARGE -> RefundReason.WRONG_CHARGE;
          case GOODWILL -> RefundReason.GOODWILL;
          case CAUSE_UNSPECIFIED, UNRECOGNIZED -> throw ModelReader.unknown("cause of a refund");
        },
        in.getDispute(),
        in.hasDisputedBy() ? ModelReader.actor(in.getDisputedBy()) : null,
        in.getToldAs());
  }
}
