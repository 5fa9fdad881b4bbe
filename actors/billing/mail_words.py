"""The words of mails to tenants, by language. A tenant whose language is not here is written to in English.

`{…}` are filled in with what a mail is about; they are the same in all languages, which a test looks at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale

from actors.billing.documents.wording import known_locale
from actors.billing.domain.payment import DeclineReason
from actors.billing.domain.period import Interval


@dataclass(frozen=True)
class MailWords:
    """What stands around the values, in the order of the mails."""

    why: str
    """Why somebody gets a mail: `{company}` `{provider}`."""
    sandbox_invoice: str
    sandbox_receipt: str

    invoice: str
    credit_note: str
    document_subject: str
    """`{title}` `{number}` `{provider}`."""
    invoice_attached: str
    """`{company}`."""
    credit_note_attached: str
    settles: str
    goes_back: str
    credited: str
    covered: str
    transfer_by: str
    """`{amount}` `{day}`."""
    charged: str
    """`{amount}`."""
    see_online: str

    receipt_subject: str
    """`{number}`."""
    thanks: str
    received: str
    """`{day}` `{number}` `{company}` `{method}`."""
    received_in_part: str
    """The same, and `{left}`."""
    see_invoice: str

    failed_subject: str
    """`{number}`."""
    failed_last_subject: str
    failed: str
    tried: str
    """`{amount}` `{method}` `{company}` `{reason}`."""
    not_again: str
    again: str
    """`{day}`."""
    another_way: str
    pay_now: str

    reminder_subject: str
    """`{number}`."""
    reminder_last_subject: str
    unpaid: str
    was_due: str
    """`{day}` `{company}` `{next}`."""
    last_reminder: str
    pay_before: str
    """`{day}`."""
    pay_at_once: str
    if_paid: str
    will_suspend: str

    suspended_subject: str
    """`{company}`."""
    suspended: str
    trial_over: str
    invoice_unpaid: str
    data_stays: str
    """`{remedy}`."""
    add_and_go_on: str
    pay_and_go_on: str
    add_method: str
    see_open: str

    trial_subject: str
    """`{plan}` `{day}`."""
    trial_free: str
    trial_ready: str
    """`{price}`."""
    trial_not_ready: str
    see_subscription: str

    refunded_subject: str
    """`{amount}`."""
    refunded: str
    refunded_credit: str
    """`{amount}` `{company}` `{method}`."""
    refund_failed_subject: str
    """`{amount}`."""
    refund_failed: str
    refund_is_credit: str
    """`{amount}` `{company}` `{method}` `{provider}`."""

    expiring_subject: str
    """`{method}` `{month}`."""
    expiring: str
    """`{method}` `{month}` `{company}`."""
    expiring_then: str
    set_method: str

    by_transfer: str
    your_method: str
    a_month: str
    """`{price}`."""
    a_year: str
    reasons: Mapping[DeclineReason, str]

    def price(self, amount: str, interval: Interval) -> str:
        """An amount for each month or year."""
        return (self.a_month if interval is Interval.MONTH else self.a_year).format(price=amount)


ENGLISH = MailWords(
    why="You get this mail because you take care of the bills of {company} at {provider}.",
    sandbox_invoice="Sandbox: no money moves, and this is not an invoice to be paid.",
    sandbox_receipt="Sandbox: no money moved.",
    invoice="Invoice",
    credit_note="Credit note",
    document_subject="{title} {number} from {provider}",
    invoice_attached="Here is your invoice for {company}, as a PDF.",
    credit_note_attached="Here is your credit note for {company}, as a PDF.",
    settles="It takes back what was still open; there is nothing to do.",
    goes_back="The amount goes back the way it was paid.",
    credited="The amount is credited; there is nothing to do.",
    covered="It is settled with your credit; there is nothing to pay.",
    transfer_by="Please pay {amount} by {day}.",
    charged="{amount} will be charged to your payment method; there is nothing to do.",
    see_online="See it online",
    receipt_subject="Payment received for invoice {number}",
    thanks="Thank you, we received your payment",
    received="On {day} for invoice {number} of {company}, by {method}.",
    received_in_part="On {day} for invoice {number} of {company}, by {method}. {left} of it is still to be paid.",
    see_invoice="See the invoice",
    failed_subject="Payment of invoice {number} failed",
    failed_last_subject="Last notice: payment of invoice {number} failed",
    failed="The payment of invoice {number} failed",
    tried="We tried to charge {amount} to {method} for {company}. {reason}",
    not_again="It will not be tried again by itself.",
    again="It will be tried again on {day}. "
    "Pay now, or choose another payment method before then, to keep everything running.",
    another_way="Pay it another way to keep everything running.",
    pay_now="Pay now",
    reminder_subject="Reminder: invoice {number} is not paid",
    reminder_last_subject="Last reminder: invoice {number} is not paid",
    unpaid="Invoice {number} is not paid",
    was_due="This was due on {day}, for {company}, and has not arrived. {next}",
    last_reminder="This is the last reminder.",
    pay_before="Please pay it before {day} to keep everything running.",
    pay_at_once="Please pay it now to keep everything running.",
    if_paid="If you have just paid, ignore this mail.",
    will_suspend="The subscription is suspended until the invoice is paid.",
    suspended_subject="{company}: the subscription is suspended",
    suspended="The subscription of {company} is suspended",
    trial_over="The trial has ended, and there is no payment method.",
    invoice_unpaid="An invoice is unpaid, and the last attempt to charge it failed.",
    data_stays="Your data stays as it is, and nothing new is charged meanwhile. {remedy}",
    add_and_go_on="Add a payment method and go on where you were.",
    pay_and_go_on="Pay what is open, and everything runs again at once.",
    add_method="Add a payment method",
    see_open="See what is open",
    trial_subject="Your trial of {plan} ends on {day}",
    trial_free="Nothing changes: the plan costs nothing.",
    trial_ready="Nothing is left to do: from then on {price} is charged, plus taxes and what is used.",
    trial_not_ready="Add a payment method by then and go on for {price}, plus taxes and what is used. "
    "Without one, nothing can be used until there is one; your data stays.",
    see_subscription="See the subscription",
    refunded_subject="{amount} of your credit goes back",
    refunded="Your credit goes back",
    refunded_credit="{amount} of the credit of {company} goes back the way it was paid, by {method}. It may take some "
    "days to arrive.",
    refund_failed_subject="A refund of {amount} could not be paid out",
    refund_failed="A refund could not be paid out",
    refund_is_credit="{amount} for {company} could not be paid back by {method}. The amount is your credit now, and "
    "pays your next invoices. Ask {provider} if it should go back another way.",
    expiring_subject="{method} expires at the end of {month}",
    expiring="{method}, which {company} pays with, expires at the end of {month}.",
    expiring_then="Add another payment method by then, so that payments do not fail. If your bank has sent you a new "
    "card already, add that one.",
    set_method="Change the payment method",
    by_transfer="bank transfer",
    your_method="your payment method",
    a_month="{price} a month",
    a_year="{price} a year",
    reasons={
        DeclineReason.GENERIC: "The bank declined it without saying why.",
        DeclineReason.INSUFFICIENT_FUNDS: "There was not enough money in the account.",
        DeclineReason.EXPIRED: "The card has expired.",
        DeclineReason.INCORRECT_DETAILS: "The card's details are not right.",
        DeclineReason.LOST_OR_STOLEN: "The card cannot be used any more.",
        DeclineReason.SUSPECTED_FRAUD: "The bank stopped it to be on the safe side. Ask your bank about it.",
        DeclineReason.LIMIT_EXCEEDED: "It is over the limit of the card or account.",
        DeclineReason.NOT_CONFIRMED: "It was not confirmed with the bank.",
        DeclineReason.UNSUPPORTED: "This way to pay cannot be used for it.",
        DeclineReason.METHOD_GONE: "The payment method is not there any more.",
    },
)

GERMAN = MailWords(
    why="Sie erhalten diese E-Mail, weil Sie sich um die Rechnungen von {company} bei {provider} kümmern.",
    sandbox_invoice="Sandbox: Es fließt kein Geld, und dies ist keine zu zahlende Rechnung.",
    sandbox_receipt="Sandbox: Es ist kein Geld geflossen.",
    invoice="Rechnung",
    credit_note="Gutschrift",
    document_subject="{title} {number} von {provider}",
    invoice_attached="Anbei erhalten Sie die Rechnung für {company} als PDF.",
    credit_note_attached="Anbei erhalten Sie die Gutschrift für {company} als PDF.",
    settles="Sie nimmt zurück, was noch offen war; Sie müssen nichts tun.",
    goes_back="Der Betrag geht auf dem Weg zurück, auf dem er gezahlt wurde.",
    credited="Der Betrag wird Ihrem Guthaben gutgeschrieben; Sie müssen nichts tun.",
    covered="Sie ist mit Ihrem Guthaben beglichen; es ist nichts zu zahlen.",
    transfer_by="Bitte überweisen Sie {amount} bis zum {day}.",
    charged="{amount} werden über Ihre Zahlungsmethode eingezogen; Sie müssen nichts tun.",
    see_online="Online ansehen",
    receipt_subject="Zahlung zu Rechnung {number} erhalten",
    thanks="Vielen Dank, wir haben Ihre Zahlung erhalten",
    received="Am {day} zu Rechnung {number} von {company}, per {method}.",
    received_in_part="Am {day} zu Rechnung {number} von {company}, per {method}. Davon sind noch {left} zu zahlen.",
    see_invoice="Rechnung ansehen",
    failed_subject="Zahlung zu Rechnung {number} fehlgeschlagen",
    failed_last_subject="Letzte Mitteilung: Zahlung zu Rechnung {number} fehlgeschlagen",
    failed="Die Zahlung zu Rechnung {number} ist fehlgeschlagen",
    tried="Wir haben versucht, {amount} für {company} über {method} einzuziehen. {reason}",
    not_again="Es folgt kein weiterer automatischer Versuch.",
    again="Der nächste Versuch folgt am {day}. "
    "Zahlen Sie jetzt oder wählen Sie vorher eine andere Zahlungsmethode, damit alles weiterläuft.",
    another_way="Zahlen Sie bitte auf einem anderen Weg, damit alles weiterläuft.",
    pay_now="Jetzt zahlen",
    reminder_subject="Erinnerung: Rechnung {number} ist nicht bezahlt",
    reminder_last_subject="Letzte Erinnerung: Rechnung {number} ist nicht bezahlt",
    unpaid="Rechnung {number} ist nicht bezahlt",
    was_due="Dieser Betrag war am {day} für {company} fällig und ist nicht eingegangen. {next}",
    last_reminder="Dies ist die letzte Erinnerung.",
    pay_before="Bitte zahlen Sie vor dem {day}, damit alles weiterläuft.",
    pay_at_once="Bitte zahlen Sie jetzt, damit alles weiterläuft.",
    if_paid="Wenn Sie gerade gezahlt haben, ist diese E-Mail gegenstandslos.",
    will_suspend="Das Abonnement ist gesperrt, bis die Rechnung bezahlt ist.",
    suspended_subject="{company}: Das Abonnement ist gesperrt",
    suspended="Das Abonnement von {company} ist gesperrt",
    trial_over="Der Testzeitraum ist vorbei, und es ist keine Zahlungsmethode hinterlegt.",
    invoice_unpaid="Eine Rechnung ist unbezahlt, und der letzte Versuch, sie einzuziehen, ist fehlgeschlagen.",
    data_stays="Ihre Daten bleiben, wie sie sind, und solange wird nichts Neues berechnet. {remedy}",
    add_and_go_on="Hinterlegen Sie eine Zahlungsmethode, und machen Sie weiter, wo Sie aufgehört haben.",
    pay_and_go_on="Zahlen Sie, was offen ist, und alles läuft sofort wieder.",
    add_method="Zahlungsmethode hinterlegen",
    see_open="Offene Rechnungen ansehen",
    trial_subject="Ihr Testzeitraum für {plan} endet am {day}",
    trial_free="Für Sie ändert sich nichts: Der Tarif kostet nichts.",
    trial_ready="Sie müssen nichts tun: Von da an werden {price} berechnet, zuzüglich Steuern und Verbrauch.",
    trial_not_ready="Hinterlegen Sie bis dahin eine Zahlungsmethode, und es geht weiter für {price}, zuzüglich Steuern "
    "und Verbrauch. Ohne sie kann danach nichts genutzt werden, bis es eine gibt; Ihre Daten bleiben.",
    see_subscription="Abonnement ansehen",
    refunded_subject="{amount} Ihres Guthabens werden zurückgezahlt",
    refunded="Ihr Guthaben wird zurückgezahlt",
    refunded_credit="{amount} aus dem Guthaben von {company} gehen auf dem Weg zurück, auf dem gezahlt wurde, per "
    "{method}. Bis der Betrag eingeht, können einige Tage vergehen.",
    refund_failed_subject="Eine Rückzahlung von {amount} ist fehlgeschlagen",
    refund_failed="Eine Rückzahlung ist fehlgeschlagen",
    refund_is_credit="{amount} für {company} konnten nicht per {method} zurückgezahlt werden. Der Betrag ist jetzt Ihr "
    "Guthaben und wird mit Ihren nächsten Rechnungen verrechnet. Wenden Sie sich an {provider}, wenn er auf einem "
    "anderen Weg zurückgehen soll.",
    expiring_subject="{method} läuft Ende {month} ab",
    expiring="{method}, womit {company} zahlt, läuft Ende {month} ab.",
    expiring_then="Hinterlegen Sie bis dahin eine andere Zahlungsmethode, damit keine Zahlung fehlschlägt. Wenn Ihre "
    "Bank Ihnen schon eine neue Karte geschickt hat, hinterlegen Sie diese.",
    set_method="Zahlungsmethode ändern",
    by_transfer="Überweisung",
    your_method="Ihre Zahlungsmethode",
    a_month="{price} im Monat",
    a_year="{price} im Jahr",
    reasons={
        DeclineReason.GENERIC: "Die Bank hat ohne Angabe von Gründen abgelehnt.",
        DeclineReason.INSUFFICIENT_FUNDS: "Das Konto war nicht ausreichend gedeckt.",
        DeclineReason.EXPIRED: "Die Karte ist abgelaufen.",
        DeclineReason.INCORRECT_DETAILS: "Die Angaben zur Karte stimmen nicht.",
        DeclineReason.LOST_OR_STOLEN: "Die Karte kann nicht mehr verwendet werden.",
        DeclineReason.SUSPECTED_FRAUD: "Die Bank hat sie vorsichtshalber angehalten. Fragen Sie bitte dort nach.",
        DeclineReason.LIMIT_EXCEEDED: "Der Betrag liegt über dem Limit der Karte oder des Kontos.",
        DeclineReason.NOT_CONFIRMED: "Die Zahlung wurde bei der Bank nicht bestätigt.",
        DeclineReason.UNSUPPORTED: "Diese Zahlungsmethode kann dafür nicht verwendet werden.",
        DeclineReason.METHOD_GONE: "Die Zahlungsmethode gibt es nicht mehr.",
    },
)

WORDS: Mapping[str, MailWords] = {"en": ENGLISH, "de": GERMAN}


def words_for(tag: str) -> tuple[MailWords, Locale]:
    """The words for a locale, and how its days and amounts are written: as in English where English words are used."""
    locale = known_locale(tag)
    found = WORDS.get(locale.language)
    return (ENGLISH, Locale("en")) if found is None else (found, locale)
