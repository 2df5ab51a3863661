package org.queqiao.contract.codec;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.snapshot.WalletImage;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbBudgetTold;
import org.queqiao.contract.wire.PbCreditLineSet;
import org.queqiao.contract.wire.PbWalletImage;

/** Wallets to and from their wire form. */
final class WalletCodec {
  private WalletCodec() {}

  static Event event(EventRecord in) {
    return in.hasBudgetTold() ? read(in.getBudgetTold()) : read(in.getCreditLineSet());
  }

  static PbBudgetTold write(BudgetTold e) {
    return PbBudgetTold.newBuilder()
        .setProject(e.project().value())
        .setBalanceMicro(e.balanceMicro())
        .setCurrency(e.currency())
        .setAsOfPosition(e.asOfPosition())
        .build();
  }

  static BudgetTold read(PbBudgetTold e) {
    return new BudgetTold(
        new ProjectName(e.getProject()), e.getBalanceMicro(), e.getCurrency(), e.getAsOfPosition());
  }

  static PbCreditLineSet write(CreditLineSet e) {
    return PbCreditLineSet.newBuilder()
        .setProject(e.project().value())
        .setCreditMicro(e.creditMicro())
        .setCurrency(e.currency())
        .setReason(e.reason())
        .build();
  }

  static CreditLineSet read(PbCreditLineSet e) {
    return new CreditLineSet(
        new ProjectName(e.getProject()), e.getCreditMicro(), e.getCurrency(), e.getReason());
  }

  static PbWalletImage write(WalletImage each) {
    PbWalletImage.Builder out =
        PbWalletImage.newBuilder()
            .setProject(each.project().value())
            .setOpenedAt(each.openedAt())
            .setCreditMicro(each.creditMicro())
            .setCurrency(each.currency())
            .setToldAt(each.toldAt())
            .setToldMs(each.toldMs())
            .setBalanceMicro(each.balanceMicro())
            .setMergedFrom(each.mergedFrom());
    for (WalletImage.Move move : each.moves()) {
      out.addMoves(
          PbWalletImage.Move.newBuilder()
              .setPosition(move.position())
              .setAmountMicro(move.amountMicro()));
    }
    for (WalletImage.Hold hold : each.holds()) {
      out.addHolds(
          PbWalletImage.Hold.newBuilder()
              .setRun(ModelWriter.run(hold.run()))
              .setAmountMicro(hold.amountMicro()));
    }
    return out.build();
  }

  static WalletImage read(PbWalletImage in) {
    List<WalletImage.Move> moves = new ArrayList<>();
    in.getMovesList()
        .forEach(
            each -> moves.add(new WalletImage.Move(each.getPosition(), each.getAmountMicro())));
    List<WalletImage.Hold> holds = new ArrayList<>();
    in.getHoldsList()
        .forEach(each ->
            holds.add(new WalletImage.Hold(ModelReader.run(each.getRun()), each.getAmountMicro())));
    return new WalletImage(
        new ProjectName(in.getProject()),
        in.getOpenedAt(),
        in.getCreditMicro(),
        in.getCurrency(),
        in.getToldAt(),
        in.getToldMs(),
        in.getBalanceMicro(),
        in.getMergedFrom(),
        moves,
        holds);
  }
}
