import { Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useFieldArray, useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { Interval, Price_Kind } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Button } from "@/design/Button/Button";
import { ComboBox } from "@/design/ComboBox/ComboBox";
import { Dialog } from "@/design/Dialog/Dialog";
import { Inline, Stack } from "@/design/layout/layout";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { Tabs } from "@/design/Tabs/Tabs";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { currencyOptions } from "../../accounts/places";
import { intervals } from "../../words/words";
import { PriceFields } from "./PriceFields";
import { freeId, newPrice, type BookValues, type PlanValues } from "./terms";

interface BookFieldsProps {
  form: UseFormReturn<PlanValues>;
}

/** The prices of a plan by currency and interval, one tab each. */
export function BookFields({ form }: BookFieldsProps): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const { control, getValues } = form;
  const { fields, append, remove } = useFieldArray({ control, name: "terms.priceBooks", keyName: "key" });
  const books = useWatch({ control, name: "terms.priceBooks" });
  const [selected, setSelected] = useState("0");
  const [isAdding, setAdding] = useState(false);
  const at = Math.min(Number(selected), fields.length - 1);
  const nameOf = ({ currency, interval }: Pick<BookValues, "currency" | "interval">): string =>
    `${currency} · ${billing(`interval.${intervals.word(interval)}`)}`;
  return (
    <Stack>
      <Inline $justify="space-between">
        <Text $size="small" $tone="muted">
          {t("editor.booksHint")}
        </Text>
        <Button size="small" icon={<Plus size={14} aria-hidden />} onPress={() => setAdding(true)}>
          {t("editor.addBook")}
        </Button>
      </Inline>
      {fields.length === 0 ? (
        <Text $tone="danger">{t("editor.noBooks")}</Text>
      ) : (
        <Tabs
          label={t("terms.books")}
          selected={String(at)}
          onChange={setSelected}
          items={fields.map((field, index) => ({
            id: String(index),
            label: nameOf(books[index] ?? field),
            content: (
              <Stack>
                <Prices key={field.key} form={form} index={index} />
                {fields.length > 1 && (
                  <div>
                    <Button
                      size="small"
                      onPress={() => {
                        remove(index);
                        setSelected("0");
                      }}
                    >
                      {t("editor.removeBook", { name: nameOf(books[index] ?? field) })}
                    </Button>
                  </div>
                )}
              </Stack>
            ),
          }))}
        />
      )}
      {isAdding && (
        <AddBook
          taken={books}
          present={books[at]?.currency ?? "EUR"}
          onClose={() => setAdding(false)}
          onAdd={(currency, interval) => {
            // The same things in another currency or interval: their ids must be the same, amounts are to be set.
            const prices = structuredClone(getValues(`terms.priceBooks.${at}.prices`) ?? []);
            append({ currency, interval, prices });
            setSelected(String(fields.length));
            setAdding(false);
          }}
        />
      )}
    </Stack>
  );
}

function Prices({ form, index }: BookFieldsProps & { index: number }): ReactNode {
  const { t } = useTranslation("plans");
  const { control, getValues } = form;
  const name = `terms.priceBooks.${index}.prices` as const;
  const { fields, append, remove } = useFieldArray({ control, name, keyName: "key" });
  const currency = useWatch({ control, name: `terms.priceBooks.${index}.currency` });
  const add = (kind: Price_Kind, wanted: string): void => append(newPrice(freeId(getValues(name), wanted), kind));
  return (
    <Stack>
      {fields.length === 0 && <Text $tone="muted">{t("editor.noPrices")}</Text>}
      {fields.map(({ key }, at) => (
        <PriceFields key={key} form={form} name={`${name}.${at}`} currency={currency} onRemove={() => remove(at)} />
      ))}
      <Inline>
        <Button size="small" icon={<Plus size={14} aria-hidden />} onPress={() => add(Price_Kind.FLAT, "platform")}>
          {t("editor.addFlat")}
        </Button>
        <Button size="small" icon={<Plus size={14} aria-hidden />} onPress={() => add(Price_Kind.SEAT, "seat")}>
          {t("editor.addSeat")}
        </Button>
        <Button size="small" icon={<Plus size={14} aria-hidden />} onPress={() => add(Price_Kind.METER, "usage")}>
          {t("editor.addMeter")}
        </Button>
      </Inline>
    </Stack>
  );
}

interface AddBookProps {
  taken: readonly BookValues[];
  present: string;
  onClose: () => void;
  onAdd: (currency: string, interval: Interval) => void;
}

function AddBook({ taken, present, onClose, onAdd }: AddBookProps): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const { locale } = useFormat();
  const [currency, setCurrency] = useState(present);
  const [interval, setInterval] = useState(Interval.YEAR);
  const options = currencyOptions(locale, present);
  const isTaken = taken.some((book) => book.currency === currency && book.interval === interval);
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title={t("editor.addBook")}
      description={t("editor.addBookHint")}
      size="small"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isTaken && currency !== "") onAdd(currency, interval);
      }}
      footer={
        <>
          <Button variant="quiet" onPress={onClose}>
            {billing("do.cancel")}
          </Button>
          <Button
            type="submit"
            variant="primary"
            disabledReason={isTaken ? t("editor.bookTaken") : currency === "" ? t("editor.bookCurrency") : undefined}
          >
            {t("editor.add")}
          </Button>
        </>
      }
    >
      <Stack>
        <ComboBox
          label={t("selector.currency")}
          options={options}
          value={options.find(({ id }) => id === currency) ?? null}
          onChange={(option) => setCurrency(option?.id ?? "")}
        />
        <RadioGroup
          label={t("selector.interval")}
          value={String(interval)}
          onChange={(id) => setInterval(Number(id))}
          options={intervals.all.map((word) => ({
            id: String(intervals.of(word)),
            label: billing(`interval.${word}`),
          }))}
        />
      </Stack>
    </Dialog>
  );
}
