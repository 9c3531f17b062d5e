import { Allowed } from '../../parts/allowed.js';
import { Icon } from '../../parts/icon.js';
import { linkTo } from '../../router.js';
import { Failed } from './failed.js';
import { Health } from './health.js';
import { Hour } from './hour.js';
import { Next } from './next.js';
import { Running } from './running.js';

/** What runs, what comes, what went wrong, and whether the service is well: as it happens. */
export const OverviewPage = () => (
  <>
    <div class="page-head">
      <h1>Overview</h1>
      <Allowed to="admin">
        <a class="button primary" href={linkTo(['new'])}>
          <Icon name="plus" />
          New job
        </a>
      </Allowed>
    </div>
    <div class="stack">
      <Hour />
      <div class="columns">
        <div class="stack">
          <Running />
          <Failed />
        </div>
        <div class="stack">
          <Next />
          <Health />
        </div>
      </div>
    </div>
  </>
);
