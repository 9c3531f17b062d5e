import { linkTo } from '../../router.js';

export const NoSuchPage = () => (
  <>
    <div class="page-head">
      <h1>There is no such page</h1>
      <p class="sub">Nothing is at this address.</p>
    </div>
    <div class="actions">
      <a class="button" href={linkTo([])}>
        Overview
      </a>
      <a class="button" href={linkTo(['jobs'])}>
        Jobs
      </a>
    </div>
  </>
);
