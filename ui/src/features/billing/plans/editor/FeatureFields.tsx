import { Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useController, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { Button } from "@/design/Button/Button";
import { CheckboxGroup } from "@/design/Checkbox/Checkbox";
import { Inline, Stack } from "@/design/layout/layout";
import { TextField } from "@/design/TextField/TextField";
import { useFieldError } from "@/forms/useFieldError";

import { useListPlansQuery } from "../api";
import { useFeatureName } from "../useFeatureName";
import type { PlanValues } from "./terms";

/** What any plan switches on can be chosen; anything else is added by its id. */
export function FeatureFields({ form: { control } }: { form: UseFormReturn<PlanValues> }): ReactNode {
  const { t } = useTranslation("plans");
  const featureName = useFeatureName();
  const { field, fieldState } = useController({ control, name: "terms.features" });
  const error = useFieldError(fieldState.error);
  const { data } = useListPlansQuery({ pageSize: 500 });
  const [added, setAdded] = useState("");
  const known = [
    ...new Set([...(data?.plans ?? []).flatMap(({ terms }) => terms?.features ?? []), ...field.value]),
  ].toSorted();
  const isRight = /^[a-z0-9.-]{1,64}$/.test(added.trim());
  const add = (): void => {
    if (!isRight) return;
    field.onChange([...new Set([...field.value, added.trim()])]);
    setAdded("");
  };
  return (
    <Stack>
      {known.length > 0 && (
        <CheckboxGroup
          label={t("selector.group.features")}
          labelHidden
          value={field.value}
          onChange={field.onChange}
          error={error}
          options={known.map((id) => ({ id, label: featureName(id), description: id }))}
        />
      )}
      <Inline $align="end">
        <TextField
          label={t("editor.feature")}
          description={t("editor.featureHint")}
          value={added}
          onChange={setAdded}
          autoComplete="off"
          error={added === "" || isRight ? undefined : t("editor.featureWrong")}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
        />
        <Button icon={<Plus size={14} aria-hidden />} isDisabled={!isRight} onPress={add}>
          {t("editor.add")}
        </Button>
      </Inline>
    </Stack>
  );
}
