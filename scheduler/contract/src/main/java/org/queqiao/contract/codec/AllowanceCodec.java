package org.queqiao.contract.codec;

import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.price.Covering;
import org.queqiao.contract.snapshot.AllowancesImage;
import org.queqiao.contract.wire.PbAllowance;
import org.queqiao.contract.wire.PbAllowanceKind;
import org.queqiao.contract.wire.PbAllowanceOrder;
import org.queqiao.contract.wire.PbAllowancesImage;
import org.queqiao.contract.wire.PbClusterImage;

/** Allowances to and from their wire form. */
final class AllowanceCodec {
  private AllowanceCodec() {}

  static PbAllowance write(Allowance each) {
    return PbAllowance.newBuilder()
        .setProject(each.project().value())
        .setKind(kind(each.kind()))
        .setCoreMs(each.coreMs())
        .setPartition(each.partition() == null ? "" : each.partition().value())
        .setValidFromMs(each.validFromMs())
        .setValidToMs(each.validToMs())
        .build();
  }

  static Allowance read(PbAllowance in) {
    return new Allowance(
        new ProjectName(in.getProject()),
        kind(in.getKind()),
        in.getCoreMs(),
        in.getPartition().isEmpty() ? null : new PartitionName(in.getPartition()),
        in.getValidFromMs(),
        in.getValidToMs());
  }

  static PbAllowanceOrder write(AllowanceOrder order) {
    PbAllowanceOrder.Builder out =
        PbAllowanceOrder.newBuilder().setEarliestExpiryFirst(order.earliestExpiryFirst());
    order.kinds().forEach(each -> out.addKinds(kind(each)));
    return out.build();
  }

  static AllowanceOrder read(PbAllowanceOrder in) {
    return new AllowanceOrder(
        in.getEarliestExpiryFirst(), ModelReader.list(in.getKindsList(), AllowanceCodec::kind));
  }

  static void write(AllowancesImage image, PbClusterImage.Builder out) {
    if (image.equals(AllowancesImage.NONE)) {
      return;
    }
    PbAllowancesImage.Builder all = PbAllowancesImage.newBuilder();
    for (Covering.Left each : image.allowances()) {
      all.addAllowances(
          PbAllowancesImage.Left.newBuilder()
              .setId(each.id())
              .setAllowance(write(each.allowance()))
              .setLeftMs(each.leftMs()));
    }
    for (AllowancesImage.Hold each : image.holds()) {
      PbAllowancesImage.Hold.Builder hold =
          PbAllowancesImage.Hold.newBuilder().setRun(ModelWriter.run(each.run()));
      for (Covering.Draw draw : each.draws()) {
        hold.addDraws(
            PbAllowancesImage.Draw.newBuilder()
                .setAllowance(draw.allowance())
                .setCoreMs(draw.coreMs()));
      }
      all.addHolds(hold);
    }
    if (!image.order().equals(AllowanceOrder.DEFAULT)) {
      all.setOrder(write(image.order()));
    }
    image.refundRules().forEach(each -> all.addRefundRules(MoneyCodec.refundRule(each)));
    out.setAllowances(all);
  }

  static AllowancesImage read(PbClusterImage image) {
    if (!image.hasAllowances()) {
      return AllowancesImage.NONE;
    }
    PbAllowancesImage in = image.getAllowances();
    return new AllowancesImage(
        ModelReader.list(
            in.getAllowancesList(),
            each -> new Covering.Left(each.getId(), read(each.getAllowance()), each.getLeftMs())),
        ModelReader.list(
            in.getHoldsList(),
            each ->
                new AllowancesImage.Hold(
                    ModelReader.run(each.getRun()),
                    ModelReader.list(
                        each.getDrawsList(),
                        draw -> new Covering.Draw(draw.getAllowance(), draw.getCoreMs())))),
        in.hasOrder() ? read(in.getOrder()) : AllowanceOrder.DEFAULT,
        ModelReader.list(in.getRefundRulesList(), MoneyCodec::refundRule));
  }

  private static PbAllowanceKind kind(AllowanceKind each) {
    return switch (each) {
      case PACKAGE -> PbAllowanceKind.PB_ALLOWANCE_KIND_PACKAGE;
      case GRANT -> PbAllowanceKind.PB_ALLOWANCE_KIND_GRANT;
      case REWARD -> PbAllowanceKind.PB_ALLOWANCE_KIND_REWARD;
    };
  }

  private static AllowanceKind kind(PbAllowanceKind each) {
    return switch (each) {
      case PB_ALLOWANCE_KIND_PACKAGE -> AllowanceKind.PACKAGE;
      case PB_ALLOWANCE_KIND_GRANT -> AllowanceKind.GRANT;
      case PB_ALLOWANCE_KIND_REWARD -> AllowanceKind.REWARD;
      case PB_ALLOWANCE_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw ModelReader.unknown("kind of an allowance");
    };
  }
}
