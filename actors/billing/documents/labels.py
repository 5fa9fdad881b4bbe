"""The words of invoices, by language. A language that is not here gets English words and its own numbers and dates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Labels:
    """What is printed around the values. `{…}` are filled in."""

    invoice: str
    credit_note: str
    number: str
    issued: str
    due: str
    period: str
    reference: str
    credits: str
    """`{number}` is the invoice that a credit note takes back."""
    seller: str
    buyer: str
    tax_number: str
    due_by: str
    """The headline: `{amount}` `{date}`."""
    due_now: str
    paid_on: str
    credited: str
    description: str
    quantity: str
    unit_price: str
    amount: str
    subtotal: str
    discount: str
    tax: str
    """`{name}` `{rate}` `{base}`."""
    tax_included: str
    total: str
    credit_used: str
    credit_given: str
    """Of a negative total."""
    paid: str
    refunded: str
    amount_due: str
    notes: str
    payment: str
    page: str
    """`{page}` `{pages}`."""
    sandbox: str
    sandbox_mark: str
    included: str
    """`{quantity}` that costs nothing."""
    from_unit: str
    """`{unit}` is the first of a tier."""
    packages: str
    flat: str
    """What reaching a tier costs once."""
    minimum: str
    rest_charged: str
    """`{share}` of the period is left."""
    rest_credited: str
    exempt: str


LABELS = {
    "en": Labels(
        invoice="Invoice",
        credit_note="Credit note",
        number="Number",
        issued="Date of issue",
        due="Date due",
        period="Period",
        reference="Your reference",
        credits="Credits invoice {number}",
        seller="From",
        buyer="Bill to",
        tax_number="Tax number",
        due_by="{amount} due {date}",
        due_now="{amount} due now",
        paid_on="{amount} paid on {date}",
        credited="{amount} credited",
        description="Description",
        quantity="Quantity",
        unit_price="Unit price",
        amount="Amount",
        subtotal="Subtotal",
        discount="Discount",
        tax="{name} {rate} on {base}",
        tax_included="{name} {rate} on {base}, included",
        total="Total",
        credit_used="Credit used",
        credit_given="Added to your credit",
        paid="Paid",
        refunded="Refunded",
        amount_due="Amount due",
        notes="Notes",
        payment="Payment",
        page="Page {page} of {pages}",
        sandbox="Sandbox: no money moves, and this is not an invoice to be paid.",
        sandbox_mark="SANDBOX",
        included="{quantity} included",
        from_unit="From {unit}",
        packages="Packages",
        flat="Base fee",
        minimum="Minimum charge",
        rest_charged="For the rest of the period ({share})",
        rest_credited="Credit for the unused rest of the period ({share})",
        exempt="No tax is charged: the supply is exempt, or the recipient accounts for the tax (reverse charge).",
    ),
    "de": Labels(
        invoice="Rechnung",
        credit_note="Gutschrift",
        number="Nummer",
        issued="Rechnungsdatum",
        due="Fällig am",
        period="Leistungszeitraum",
        reference="Ihre Referenz",
        credits="Storniert Rechnung {number}",
        seller="Von",
        buyer="Rechnung an",
        tax_number="USt-IdNr.",
        due_by="{amount} fällig am {date}",
        due_now="{amount} sofort fällig",
        paid_on="{amount} bezahlt am {date}",
        credited="{amount} gutgeschrieben",
        description="Beschreibung",
        quantity="Menge",
        unit_price="Einzelpreis",
        amount="Betrag",
        subtotal="Zwischensumme",
        discount="Rabatt",
        tax="{name} {rate} auf {base}",
        tax_included="{name} {rate} auf {base}, enthalten",
        total="Gesamtbetrag",
        credit_used="Verrechnetes Guthaben",
        credit_given="Ihrem Guthaben gutgeschrieben",
        paid="Bezahlt",
        refunded="Erstattet",
        amount_due="Zu zahlen",
        notes="Hinweise",
        payment="Zahlung",
        page="Seite {page} von {pages}",
        sandbox="Sandbox: Es fließt kein Geld, und dies ist keine zu zahlende Rechnung.",
        sandbox_mark="SANDBOX",
        included="{quantity} inklusive",
        from_unit="Ab {unit}",
        packages="Pakete",
        flat="Grundgebühr",
        minimum="Mindestbetrag",
        rest_charged="Für den Rest des Zeitraums ({share})",
        rest_credited="Gutschrift für den ungenutzten Rest des Zeitraums ({share})",
        exempt="Ohne Umsatzsteuer: Leistung steuerfrei, oder der Empfänger schuldet die Steuer (Reverse-Charge).",
    ),
    "fr": Labels(
        invoice="Facture",
        credit_note="Avoir",
        number="Numéro",
        issued="Date d’émission",
        due="Date d’échéance",
        period="Période",
        reference="Votre référence",
        credits="Annule la facture {number}",
        seller="De",
        buyer="Facturé à",
        tax_number="N° de TVA",
        due_by="{amount} à payer le {date}",
        due_now="{amount} à payer maintenant",
        paid_on="{amount} payé le {date}",
        credited="{amount} crédité",
        description="Description",
        quantity="Quantité",
        unit_price="Prix unitaire",
        amount="Montant",
        subtotal="Sous-total",
        discount="Remise",
        tax="{name} {rate} sur {base}",
        tax_included="{name} {rate} sur {base}, incluse",
        total="Total",
        credit_used="Crédit utilisé",
        credit_given="Ajouté à votre crédit",
        paid="Payé",
        refunded="Remboursé",
        amount_due="Montant dû",
        notes="Remarques",
        payment="Paiement",
        page="Page {page} sur {pages}",
        sandbox="Bac à sable : aucun argent ne circule, et ceci n’est pas une facture à payer.",
        sandbox_mark="SANDBOX",
        included="{quantity} inclus",
        from_unit="À partir de {unit}",
        packages="Lots",
        flat="Frais de base",
        minimum="Montant minimum",
        rest_charged="Pour le reste de la période ({share})",
        rest_credited="Avoir pour le reste non utilisé de la période ({share})",
        exempt="Sans TVA : prestation exonérée, ou TVA due par le preneur (autoliquidation).",
    ),
    "es": Labels(
        invoice="Factura",
        credit_note="Nota de crédito",
        number="Número",
        issued="Fecha de emisión",
        due="Fecha de vencimiento",
        period="Período",
        reference="Su referencia",
        credits="Rectifica la factura {number}",
        seller="De",
        buyer="Facturar a",
        tax_number="NIF/IVA",
        due_by="{amount} a pagar el {date}",
        due_now="{amount} a pagar ahora",
        paid_on="{amount} pagado el {date}",
        credited="{amount} abonado",
        description="Descripción",
        quantity="Cantidad",
        unit_price="Precio unitario",
        amount="Importe",
        subtotal="Subtotal",
        discount="Descuento",
        tax="{name} {rate} sobre {base}",
        tax_included="{name} {rate} sobre {base}, incluido",
        total="Total",
        credit_used="Crédito utilizado",
        credit_given="Añadido a su crédito",
        paid="Pagado",
        refunded="Reembolsado",
        amount_due="Importe a pagar",
        notes="Notas",
        payment="Pago",
        page="Página {page} de {pages}",
        sandbox="Entorno de pruebas: no se mueve dinero y esto no es una factura que deba pagarse.",
        sandbox_mark="SANDBOX",
        included="{quantity} incluidos",
        from_unit="Desde {unit}",
        packages="Paquetes",
        flat="Tarifa base",
        minimum="Importe mínimo",
        rest_charged="Por el resto del período ({share})",
        rest_credited="Abono por el resto no utilizado del período ({share})",
        exempt="Sin impuesto: operación exenta o con inversión del sujeto pasivo.",
    ),
    "ja": Labels(
        invoice="請求書",
        credit_note="返還請求書",
        number="請求書番号",
        issued="発行日",
        due="お支払期限",
        period="対象期間",
        reference="お客様の参照番号",
        credits="対象の請求書 {number}",
        seller="発行元",
        buyer="請求先",
        tax_number="登録番号",
        due_by="お支払額 {amount}（期限 {date}）",
        due_now="お支払額 {amount}",
        paid_on="{date}に{amount}をお支払い済み",
        credited="返還額 {amount}",
        description="内容",
        quantity="数量",
        unit_price="単価",
        amount="金額",
        subtotal="小計",
        discount="割引",
        tax="{name} {rate}（対象 {base}）",
        tax_included="うち{name} {rate}（対象 {base}）",
        total="合計",
        credit_used="クレジットの利用",
        credit_given="クレジットに加算",
        paid="お支払い済み",
        refunded="返金済み",
        amount_due="お支払額",
        notes="備考",
        payment="お支払い方法",
        page="{page} / {pages} ページ",
        sandbox="サンドボックス：実際の支払いは発生しません。これは支払いの必要な請求書ではありません。",
        sandbox_mark="SANDBOX",
        included="無料分 {quantity}",
        from_unit="{unit} から",
        packages="パッケージ",
        flat="基本料金",
        minimum="最低料金",
        rest_charged="期間の残り分（{share}）",
        rest_credited="未使用期間の返金分（{share}）",
        exempt="税は課されません（免税またはリバースチャージの対象です）。",
    ),
    "ar": Labels(
        invoice="فاتورة",
        credit_note="إشعار دائن",
        number="الرقم",
        issued="تاريخ الإصدار",
        due="تاريخ الاستحقاق",
        period="الفترة",
        reference="مرجعكم",
        credits="تلغي الفاتورة {number}",
        seller="من",
        buyer="إلى",
        tax_number="الرقم الضريبي",
        due_by="{amount} مستحقة في {date}",
        due_now="{amount} مستحقة الآن",
        paid_on="{amount} مدفوعة في {date}",
        credited="{amount} رصيد دائن",
        description="الوصف",
        quantity="الكمية",
        unit_price="سعر الوحدة",
        amount="المبلغ",
        subtotal="المجموع الفرعي",
        discount="الخصم",
        tax="{name} {rate} على {base}",
        tax_included="{name} {rate} على {base}، مشمولة",
        total="الإجمالي",
        credit_used="الرصيد المستخدم",
        credit_given="أضيف إلى رصيدكم",
        paid="المدفوع",
        refunded="المسترد",
        amount_due="المبلغ المستحق",
        notes="ملاحظات",
        payment="الدفع",
        page="صفحة {page} من {pages}",
        sandbox="بيئة تجريبية: لا تنتقل أي أموال، وهذه ليست فاتورة للدفع.",
        sandbox_mark="SANDBOX",
        included="{quantity} مشمولة",
        from_unit="ابتداءً من {unit}",
        packages="حزم",
        flat="رسم أساسي",
        minimum="الحد الأدنى للرسوم",
        rest_charged="عن بقية الفترة ({share})",
        rest_credited="رصيد عن بقية الفترة غير المستخدمة ({share})",
        exempt="بدون ضريبة: التوريد معفى، أو يتحمل المستلم الضريبة (الاحتساب العكسي).",
    ),
}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def labels_of(language: str) -> Labels:
    return LABELS.get(language, LABELS["en"])
