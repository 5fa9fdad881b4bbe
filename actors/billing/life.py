"""How invented tenants live with Billing, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from actors.billing.demonstration import Kept, Past
from actors.billing.domain import ledger
from actors.billing.domain.account import Party, new_account
from actors.billing.domain.billed_period import BilledPeriod, billed_period, in_step
from actors.billing.domain.charges import change_lines, in_force, opening_lines, usage_lines
from actors.billing.domain.credit import granted
from actors.billing.domain.drafting import draft
from actors.billing.domain.entitlement import no_entitlements
from actors.billing.domain.invoice import Invoice, Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.metrics import movement
from actors.billing.domain.money import Money
from actors.billing.domain.order import Order, ordered
from actors.billing.domain.payment import Asked, DeclineReason, Outcome, Payment, new_payment, new_transfer
from actors.billing.domain.payment import State as PaymentState
from actors.billing.domain.payment_method import Facts, PaymentMethod, Provider, new_payment_method
from actors.billing.domain.period import Interval, whole_second
from actors.billing.domain.subscribing import new_subscription
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING
from actors.billing.domain.terms import Terms
from actors.billing.lived_usage import LivedUsage
from actors.billing.providers.sandbox import name_of
from actors.kernel.clock import encode_ulid
from actors.kernel.demo import TRIAL, DemoTenant

COUNTRIES = {
    "Europe/Berlin": ("DE", "EUR"),
    "Europe/Paris": ("FR", "EUR"),
    "Europe/London": ("GB", "GBP"),
    "America/New_York": ("US", "USD"),
    "Asia/Tokyo": ("JP", "JPY"),
}
SETTLING = timedelta(minutes=2)


class Life:
    """One tenant: it tries a plan out, pays for it, grows, changes, and sometimes does not pay."""

    def __init__(self, past: Past, tenant: DemoTenant) -> None:
        self.past, self.tenant, self.kept = past, tenant, past.kept
        self.chance = past.demo.random(tenant.id, "billing")
        self.start = whole_second(tenant.create_time)
        self.usage = LivedUsage(past.demo, tenant)
        country, currency = COUNTRIES[tenant.time_zone]
        admin = tenant.users[0]
        party = Party(name=tenant.display_name, country=country, email=admin.email)
        self.account = new_account(
            tenant.id, party=party, currency=currency, at=self.start, locale=tenant.locale, time_zone=tenant.time_zone
        )
        self.entitlements = no_entitlements(tenant.id, self.start)
        self.subscription: Subscription
        self.periods: dict[int, BilledPeriod] = {}
        self.invoices: dict[str, Invoice] = {}
        self.lines: list[InvoiceLine] = []
        self.method: PaymentMethod | None = None
        self.moves = 0
        self.first_plan = self._first_plan()
        yearly = self.chance.random() < 0.15 and tenant.state == "ACTIVE" and not past.demo.overdue(tenant)
        self.interval = Interval.YEAR if yearly else Interval.MONTH

    # --- what happens ----------------------------------------------------------------------------------------------

    def begin(self, at: datetime) -> None:
        order = self._order(self.first_plan, at)
        subscription = new_subscription(
            id=self._id("sub", at),
            tenant_id=self.tenant.id,
            order=order,
            currency=self.account.currency,
            at=at,
            trial_days=TRIAL.days if order.costs else 0,
            trial_without_method=True,
        )
        self._keep(None, subscription, at)
        if order.costs:
            self.past.at(at + TRIAL * self.chance.uniform(0.3, 0.9), self.add_method)
        self._look_ahead()
        if self.first_plan != self.tenant.plan and self.tenant.plan != "free":
            span = self.past.demo.end - (at + TRIAL)
            self.past.at(at + TRIAL + span * self.chance.uniform(0.3, 0.8), self.change)

    def add_method(self, at: datetime) -> None:
        """A card of the sandbox; the largest pay by transfer."""
        transfer = self.tenant.plan == "enterprise"
        provider = Provider.MANUAL if transfer else Provider.SANDBOX
        id = self._id("pm", at)
        customer, reference = name_of("sbc", self.tenant.id), name_of("sbm", id)
        facts = Facts("Bank transfer") if transfer else Facts("Visa •••• 4242", "Visa", "4242", 12, at.year + 3)
        made = new_payment_method(id=id, tenant_id=self.tenant.id, provider=provider, at=at)
        if not transfer:
            data = {"customer": customer, "token": "tok_visa", "state": "ACTIVE", "charges": [], "return_url": ""}
            self.kept.sandbox[f"method:{reference}"] = data
            made = made.but(provider_customer=customer)
        self.method = made.activated(facts, at, "transfer" if transfer else reference)
        self.account = self.account.with_default_method(id, at)
        self._keep(self.subscription, self.subscription.with_payment_method(id, at), at)

    def end_period(self, at: datetime) -> None:
        """Seats are what there are people for, from the next period on; then the period ends."""
        before = self.subscription
        plan = before.plan_id
        if self.tenant.plan == "free" != plan and at >= self.start + TRIAL + timedelta(days=80):
            plan = "free"
        ready = (
            before.changed_later(self._order(plan, at), at - timedelta(seconds=1))
            if before.state in RUNNING
            else before
        )
        rollover = ready.rolled(at)
        if rollover is None:
            return
        self._keep(before, rollover.subscription, at)
        closing = at + self.past.settings.grace + SETTLING
        self.past.at(closing, partial(self.close, before.period_number))
        if rollover.begun is not None:
            self._look_ahead()

    def close(self, number: int, at: datetime) -> None:
        """The usage of a period is known: the invoice of the next one is issued with it."""
        period = self.periods[number]
        logs = self.usage.frozen(period, at)
        self.periods[number] = period.closed(at)
        self.kept.logs += logs
        used = usage_lines(period, self._terms(period.plan_id), {log.meter: log.quantity for log in logs})
        opens = self.subscription.period_number == number + 1 and self.subscription.state in RUNNING
        opening = opening_lines(self.subscription, self._terms(self.subscription.plan_id)) if opens else ()
        moment = period.end_time
        self._issue((*opening, *used), Reason.CYCLE, moment, at, opens_period=opens, period=None if opens else period)

    def change(self, at: datetime) -> None:
        """To the plan that the tenant has today, at once."""
        before = self.subscription
        if before.state not in RUNNING or before.on_trial or before.plan_id == self.tenant.plan:
            return
        moment = whole_second(at)
        after = before.changed_now(self._order(self.tenant.plan, moment), moment)
        charged = in_force([line for line in self.lines if line.end_time and line.end_time > moment])
        lines = change_lines(before, after, self._terms(after.plan_id), charged, moment)
        self._keep(before, after, moment)
        if after.period_number != before.period_number:
            self._look_ahead()
        self._issue(lines, Reason.CHANGE, moment, moment)

    # --- money -----------------------------------------------------------------------------------------------------

    def _issue(
        self,
        lines: Sequence[InvoiceLine],
        reason: Reason,
        moment: datetime,
        at: datetime,
        opens_period: bool = False,
        period: BilledPeriod | None = None,
    ) -> None:
        made = draft(
            lines,
            id=self._id("inv", at),
            subscription=self.subscription,
            account=self.account,
            rates=self.past.rates,
            reason=reason,
            moment=moment,
            at=at,
            period=period.period if period else None,
            opens_period=opens_period,
            sandbox=self.method is not None and self.method.provider is Provider.SANDBOX,
        )
        if made is None:
            return
        invoice, whole = made
        by_card = self.method is not None and self.method.provider is Provider.SANDBOX
        due = at if by_card else at + timedelta(days=self.past.settings.net_days)
        credit = max(0, self.account.credit_minor)
        issued = invoice.issued(self.past.number(at), self.account.party, at, due, credit_available_minor=credit)
        self.lines += whole
        self.invoices[issued.id] = issued
        self._post(at, *ledger.invoice_issued(issued, at))
        if issued.state is not InvoiceState.OPEN or self.method is None:
            return
        if by_card:
            self._try(issued.id, 1, at + timedelta(seconds=30))
        elif self._fails(at):
            self._try(issued.id, 1, due)
        else:
            self.past.at(due - timedelta(days=self.chance.uniform(1, 9)), partial(self.transfer, issued.id))

    def _try(self, invoice_id: str, attempt: int, at: datetime) -> None:
        self.past.at(at, partial(self.collect, invoice_id, attempt))

    def collect(self, invoice_id: str, attempt: int, at: datetime) -> None:
        """A card is charged, or a transfer looked for. Now and then the bank says no the first time, to some always."""
        invoice, subscription = self.invoices[invoice_id], self.subscription
        if invoice.state is not InvoiceState.OPEN or self.method is None or invoice.issue_time is None:
            return
        by_card = self.method.provider is Provider.SANDBOX
        refused = self._fails(invoice.issue_time) or (attempt == 1 and self.chance.random() < 0.04)
        when = self.past.settings.dunning.next_time(attempt, invoice.due_time or at) if refused else None
        if by_card:
            payment = self._charged(invoice, attempt, refused, at, last=when is None)
            self.kept.payments.append(payment)
        if not refused:
            after = subscription.activated(at).recovered(at)
        else:
            reason = DeclineReason.INSUFFICIENT_FUNDS.name if by_card else ""
            self.invoices[invoice_id] = invoice.attempted(attempt, reason, when, at)
            after = subscription.overdue(at)
            if when is None:
                after = after.suspended(at)
            else:
                self._try(invoice_id, attempt + 1, when + timedelta(seconds=1))
        if after is not subscription:
            self._keep(subscription, after, at)

    def _charged(self, invoice: Invoice, attempt: int, refused: bool, at: datetime, *, last: bool) -> Payment:
        """The payment, and what the sandbox knows of it."""
        assert self.method is not None
        asked = new_payment(invoice, self.method, id=self._id("pay", at), at=at, attempt=attempt)
        payment = asked.asked_for(Asked(present=False))
        reference = name_of("sbp", payment.id)
        self._remember(payment, reference, refused, at)
        if refused:
            declined = Outcome(PaymentState.FAILED, DeclineReason.INSUFFICIENT_FUNDS, reference)
            return payment.settled(declined, at, last=last)
        applied = invoice.paid(payment.amount_minor, at)
        self.invoices[invoice.id] = applied.invoice
        self._post(at, ledger.payment_succeeded(payment, applied, at))
        paid = Outcome(PaymentState.SUCCEEDED, provider_reference=reference)
        return payment.settled(paid, at, account_current=True, excess_minor=applied.excess_minor)

    def transfer(self, invoice_id: str, at: datetime) -> None:
        """Money came by bank. Some of these tenants had to be given something for their patience."""
        invoice = self.invoices[invoice_id]
        payment, applied = new_transfer(
            invoice, invoice.outstanding_minor, id=self._id("pay", at), at=at, note=invoice.number, account_current=True
        )
        self.invoices[invoice_id] = applied.invoice
        self.kept.payments.append(payment)
        self._post(at, ledger.payment_succeeded(payment, applied, at))
        if self.chance.random() < 0.1:
            amount = Money(max(1, invoice.totals.total_minor // 20), invoice.currency)
            grant = granted(self.account, amount, "Thank you for your patience", id=self._id("crd", at), at=at)
            self.kept.grants.append(grant)
            self._post(at, ledger.credit_granted(grant, at))

    def _fails(self, issued: datetime) -> bool:
        """Whether the tenant does not pay what it was asked for then: its last invoice, or the one before it broke."""
        ago = self.past.demo.end - issued
        if self.tenant.state == "SUSPENDED":
            return ago < timedelta(days=45)
        return self.past.demo.overdue(self.tenant) and ago < timedelta(days=7)

    def _remember(self, payment: Payment, reference: str, refused: bool, at: datetime) -> None:
        assert self.method is not None
        method = self.method
        self.kept.sandbox[f"charge:{reference}"] = {
            "key": payment.id,
            "asked": [payment.amount_minor, payment.currency, method.provider_customer, method.provider_reference],
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "token": "tok_visa",
            "return_url": "",
            "state": "FAILED" if refused else "SUCCEEDED",
            "decline": DeclineReason.INSUFFICIENT_FUNDS.value if refused else "",
            "settle_time": at.isoformat(),
            "refunds": {},
        }

    def _post(self, at: datetime, *transactions: ledger.Transaction) -> None:
        for one in transactions:
            if one.entries:
                self.kept.entries += one.entries
                self.account = self.account.posted(
                    one.entries[0].currency, at, owed_minor=one.owed_minor, credit_minor=one.credit_minor
                )

    # --- keeping ---------------------------------------------------------------------------------------------------

    def _keep(self, before: Subscription | None, after: Subscription, at: datetime) -> None:
        """As `Subscriptions.keep` does it."""
        self.subscription = after
        if before is not None:
            last = self.periods[before.period_number]
            if last.close_time is None:
                self.periods[before.period_number] = in_step(last, after)
        if before is None or before.period_number != after.period_number:
            self.periods[after.period_number] = billed_period(after)
        self.moves += 1
        if (moved := movement(f"{after.id}:past:{self.moves}", before, after, at)) is not None:
            self.kept.movements.append(moved)
        self.entitlements = self.entitlements.entitled(after, self._terms(after.plan_id), at)

    def leave(self) -> None:
        """Puts what is left of the life where it is kept."""
        kept = self.kept
        kept.accounts.append(self.account)
        kept.subscriptions.append(self.subscription)
        kept.periods += self.periods.values()
        kept.invoices += self.invoices.values()
        kept.lines += self.lines
        kept.entitlements.append(self.entitlements)
        if self.method is not None:
            kept.methods.append(self.method)
        for period in self.periods.values():
            kept.totals += self.usage.totals(period)

    # --- who they are ----------------------------------------------------------------------------------------------

    def _first_plan(self) -> str:
        """Some come from another plan than they have today."""
        age = self.past.demo.end - self.start
        plan = self.tenant.plan
        if age < timedelta(days=120) or self.tenant.state != "ACTIVE" or self.past.demo.overdue(self.tenant):
            return plan
        if plan in ("premium", "enterprise") and self.chance.random() < 0.5:
            return "standard"
        if plan == "standard" and self.chance.random() < 0.15:
            return "premium"
        return "standard" if plan == "free" and self.chance.random() < 0.2 else plan

    def _order(self, plan: str, at: datetime) -> Order:
        interval = self.interval if plan != "free" else Interval.MONTH
        return ordered(plan, 1, self._terms(plan), interval, self.account.currency, max(1, self.usage.users(at)))

    def _terms(self, plan: str) -> Terms:
        return self.past.terms[plan]

    def _look_ahead(self) -> None:
        self.past.at(self.subscription.period_end_time, self.end_period)

    def _id(self, prefix: str, at: datetime) -> str:
        return f"{prefix}_{encode_ulid((int(at.timestamp() * 1000) << 80) | self.chance.getrandbits(79))}"


def lived(past: Past) -> Kept:
    """What all tenants leave."""
    lives = [Life(past, tenant) for tenant in past.demo.tenants]
    for life in lives:
        past.at(life.start, life.begin)
    past.happen()
    for life in lives:
        life.leave()
    return past.kept
