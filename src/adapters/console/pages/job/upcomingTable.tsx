import type { Upcoming } from '../../api/wire.js';
import { Ago } from '../../parts/when.js';
import { absolute, offsetOf, viewerZone } from '../../words/time.js';

type Given = { readonly entries: readonly Upcoming[]; readonly zone: string | null };

export const UpcomingTable = ({ entries, zone }: Given) => {
  const isElsewhere = zone !== null && zone !== viewerZone;
  return (
    <div class="scroll-x">
      <table>
        <thead>
          <tr>
            {isElsewhere && <th scope="col">{zone}</th>}
            <th scope="col">{viewerZone} (yours)</th>
            <th scope="col" class="number">
              When
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => {
            const at = Date.parse(entry.startAt);
            return (
              <tr key={entry.occurrence}>
                {isElsewhere && (
                  <td>
                    {absolute(at, zone)} <span class="muted small">{offsetOf(at, zone)}</span>
                    <Remark {...entry} />
                  </td>
                )}
                <td>
                  {absolute(at)}
                  {!isElsewhere && <Remark {...entry} />}
                </td>
                <td class="number muted">
                  <Ago at={at} zone={zone} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};

/** What clocks do to an occurrence on the days on which they change. */
const Remark = ({ shifted, firstOfTwo }: Pick<Upcoming, 'shifted' | 'firstOfTwo'>) => (
  <>
    {shifted && <div class="small wait">clocks go forward over this time: it runs later by the gap</div>}
    {firstOfTwo && <div class="small wait">clocks show this time twice: it runs the first time only</div>}
  </>
);
