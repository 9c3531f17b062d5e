import type { JobDraft } from '../../api/jobs.js';
import type { Job } from '../../api/wire.js';
import type { Form } from '../jobForm/form.js';
import { PreviewCard, type Previewed } from '../jobForm/previewCard.js';

type Given = { readonly job: Job; readonly draft: JobDraft; readonly form: Form; readonly previewed: Previewed };

export const WhatIf = ({ form, previewed }: Given) => <PreviewCard form={form} previewed={previewed} />;
