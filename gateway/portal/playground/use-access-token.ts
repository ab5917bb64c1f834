import { useCallback, useState } from 'react';

const STORAGE_KEY = 'meshgate:access-token';

/**
 * The access token of this browser tab.
 *
 * It lives in session storage: a reload keeps it, closing the tab forgets it, and
 * other tabs never see it.
 */
export function useAccessToken(): readonly [string, (token: string) => void] {
  const [token, setToken] = useState(() => sessionStorage.getItem(STORAGE_KEY) ?? '');
  const keep = useCallback((changed: string) => {
    if (changed === '') sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, changed);
    setToken(changed);
  }, []);
  return [token, keep];
}
