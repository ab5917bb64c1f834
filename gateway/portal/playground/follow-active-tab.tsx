import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

/**
 * Shows the active tab's operation and variables as soon as the editors are there.
 *
 * GraphiQL starts its editors with the operation of the first tab and no variables, whatever
 * the tab holds and whichever tab was chosen while they loaded. Nor does it scroll to a tab.
 */
export function FollowActiveTab() {
  const { changeTab } = useGraphiQLActions();
  const { ready, activeTabIndex } = useGraphiQL((state) => ({
    ready: state.queryEditor !== undefined && state.variableEditor !== undefined,
    activeTabIndex: state.activeTabIndex,
  }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a later change of tab shows itself.
  useEffect(() => {
    if (ready) changeTab(activeTabIndex);
  }, [ready]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tab that became active is found in the page.
  useEffect(() => {
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ inline: 'nearest' });
  }, [activeTabIndex]);
  return null;
}
