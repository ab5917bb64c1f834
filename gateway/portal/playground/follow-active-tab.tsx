import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

/**
 * Shows the active tab's operation and variables as soon as the editors are there.
 *
 * GraphiQL starts its editors with the operation of the first tab and no variables, whatever
 * the tab holds and whichever tab was chosen while they loaded.
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
  return null;
}
