package org.queqiao.contract.codec;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.snapshot.PayersImage;
import org.queqiao.contract.wire.PbClusterImage;
import org.queqiao.contract.wire.PbMoneyChange;
import org.queqiao.contract.wire.PbPayersImage;

/** Which projects are paid for by others, to and from its wire form. */
final class PayerCodec {
  private PayerCodec() {}

  static PbMoneyChange.ProjectPayer write(MoneyChange.ProjectPayer each) {
    return PbMoneyChange.ProjectPayer.newBuilder()
        .setProject(each.project().value())
        .setPayer(each.payer() == null ? "" : each.payer().value())
        .setValidFromMs(each.validFromMs())
        .build();
  }

  static MoneyChange.ProjectPayer read(PbMoneyChange.ProjectPayer in) {
    return new MoneyChange.ProjectPayer(
        new ProjectName(in.getProject()),
        in.getPayer().isEmpty() ? null : new ProjectName(in.getPayer()),
        in.getValidFromMs());
  }

  static void write(PayersImage image, PbClusterImage.Builder out) {
    if (image.equals(PayersImage.NONE)) {
      return;
    }
    PbPayersImage.Builder payers = PbPayersImage.newBuilder();
    image.words().forEach(each -> payers.addWords(write(each)));
    for (PayersImage.PaidRun each : image.runs()) {
      payers.addRuns(
          PbPayersImage.PaidRun.newBuilder()
              .setRun(ModelWriter.run(each.run()))
              .setPayer(each.payer().value()));
    }
    out.setPayers(payers);
  }

  static PayersImage read(PbPayersImage in) {
    return new PayersImage(
        ModelReader.list(in.getWordsList(), PayerCodec::read),
        ModelReader.list(
            in.getRunsList(),
            each ->
                new PayersImage.PaidRun(
                    ModelReader.run(each.getRun()), new ProjectName(each.getPayer()))));
  }
}
