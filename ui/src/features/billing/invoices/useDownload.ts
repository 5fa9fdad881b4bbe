import { useState } from "react";

import { fetchFile, saveAs } from "@/api/download";
import { ApiError } from "@/api/errors";
import type { Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { toast } from "@/design/Toast/toast";
import { useErrorText } from "@/i18n/errorText";
import { useSession } from "@/session/SessionProvider";

/** Has the browser save an invoice as the PDF that the platform makes of it. */
export function useDownload(): {
  download: (invoice: Pick<Invoice, "id" | "number">) => Promise<void>;
  isLoading: boolean;
} {
  const { session } = useSession();
  const { errorText } = useErrorText();
  const [isLoading, setLoading] = useState(false);
  const download = async ({ id, number }: Pick<Invoice, "id" | "number">): Promise<void> => {
    setLoading(true);
    try {
      const file = await fetchFile(session.transport, InvoiceService.method.downloadInvoice, { id });
      saveAs(file, `${number === "" ? id : number}.pdf`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.cancelled) toast({ tone: "danger", title: errorText(error) });
    } finally {
      setLoading(false);
    }
  };
  return { download, isLoading };
}
